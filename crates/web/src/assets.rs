//! Scripts, styles and borders: bundled by `cargo xtask ui`, embedded in the binary.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// The address of an asset. It names the content, so that a browser may keep it for a year.
pub(crate) fn path(name: &str) -> String {
    if let Some(file) = Dist::get(name) {
        return format!("/assets/{}/{name}", version(&file));
    }
    tracing::error!(
        name,
        "the pages were built without their assets: run `cargo xtask ui` and build again"
    );
    format!("/assets/missing/{name}")
}

fn version(file: &rust_embed::EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let beginning = hash.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{beginning:012x}")
}

/// Serves `/assets/VERSION/NAME`.
pub(crate) async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, name)) = path.split_once('/') else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(file) = Dist::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!("\"{}\"", version(&file));
    let kept = [
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::ETAG, etag.clone()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = match kind.type_() {
        mime_guess::mime::TEXT => format!("{kind}; charset=utf-8"),
        _ => kind.to_string(),
    };
    (kept, [(header::CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
}
