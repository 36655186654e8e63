//! Texts made for tests.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) const ID: &str = "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

/// A campaign with these further properties, as they stand in the text.
pub(crate) fn campaign(more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(
        r#"{{"type":"campaign","spec_version":"2.1","id":"{ID}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"x"{comma}{more}}}"#
    )
}

/// Any JSON value that the strict reader takes.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-9_007_199_254_740_991.0..9_007_199_254_740_991.0_f64).prop_map(Value::from),
        (-1e-5..1e-5_f64).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[a-zé\\\\\"]{1,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The properties of any campaign.
pub(crate) fn properties() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("x_[a-zé~/]{1,8}", value(), 0..6).prop_map(|more| {
        let mut object = json!({
            "type": "campaign", "spec_version": "2.1", "id": ID, "name": "x",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        });
        if let Some(object) = object.as_object_mut() {
            object.extend(more);
        }
        object.as_object().cloned().unwrap_or_default()
    })
}

/// A text of this value with spaces where they mean nothing, keys in some other order.
pub(crate) fn written_otherwise(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members = members
                .map(|(key, below)| format!("{} :\n{}", json!(key), written_otherwise(below)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join("\t, "))
        }
        Value::Array(items) => {
            format!(
                "[\r\n{} ]",
                items.iter().map(written_otherwise).collect::<Vec<_>>().join(" , ")
            )
        }
        leaf => leaf.to_string(),
    }
}
