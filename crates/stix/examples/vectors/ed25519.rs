//! Ed25519 itself: the RFC's signatures, and what strict verification refuses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use stix::sign::{PublicKey, SecretKey};

use crate::{Result, expect, from_hex};

struct Case {
    name: &'static str,
    source: &'static str,
    seed: Option<&'static str>,
    key: &'static str,
    message: &'static str,
    signature: &'static str,
    valid: bool,
}

const OURS: &str = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";

const CASES: &[Case] = &[
    Case {
        name: "no message",
        source: "RFC 8032 section 7.1, TEST 1",
        seed: Some("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
        key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        message: "",
        signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        valid: true,
    },
    Case {
        name: "one byte",
        source: "RFC 8032 section 7.1, TEST 2",
        seed: Some("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
        key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        message: "72",
        signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        valid: true,
    },
    Case {
        name: "two bytes",
        source: "RFC 8032 section 7.1, TEST 3",
        seed: Some("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
        key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        message: "af82",
        signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        valid: true,
    },
    Case {
        name: "SHA-512 of “abc”",
        source: "RFC 8032 section 7.1, TEST SHA(abc)",
        seed: Some("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"),
        key: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        valid: true,
    },
    Case {
        name: "a good one, for comparison with the next three",
        source: "own",
        seed: Some("0101010101010101010101010101010101010101010101010101010101010101"),
        key: OURS,
        message: "656e74656e7465",
        signature: "a73419a8c2101ac783900e2c4211dedb42dde57c53b14011f4b06acde49063720bbad69caab199fec7a97a086dea00ec19157c33f0e3267300a947311c39a507",
        valid: true,
    },
    Case {
        name: "S is not reduced: the group's order was added",
        source: "own, after RFC 8032 section 5.1.7",
        seed: None,
        key: OURS,
        message: "656e74656e7465",
        signature: "a73419a8c2101ac783900e2c4211dedb42dde57c53b14011f4b06acde4906372f88dccf9c414ac569e4672ab4be4df001a157c33f0e3267300a947311c39a517",
        valid: false,
    },
    Case {
        name: "R is of small order: the equation holds, strict verification refuses",
        source: "own",
        seed: None,
        key: OURS,
        message: "656e74656e7465",
        signature: "0100000000000000000000000000000000000000000000000000000000000000a23684c9fc11b3e9d719bc13018db8d7ca163c9b808c1a71cf7fb1840e39d707",
        valid: false,
    },
    Case {
        name: "the key has a part of small order: holds only when multiplied by eight",
        source: "own",
        seed: None,
        key: "3bcfb78c4ad06f9b8d7e8c50e37e33dd40042a7805f5df945fbf33620745bc68",
        message: "656e74656e746530",
        signature: "920e527cc418c3581cf64a0c3cca7464a869267fedb859cbb1d5fe349dd196b5c621de7b211ee6701df4a7809bc0f720908434bd7b0446daf179762d2348b908",
        valid: false,
    },
];

/// What is no key: the points of small order, and encodings that are not the one of their point.
const NO_KEYS: &[(&str, &str)] = &[
    ("order 1", "0100000000000000000000000000000000000000000000000000000000000000"),
    ("order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("order 4", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("order 4", "0000000000000000000000000000000000000000000000000000000000000080"),
    ("order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ("order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    ("order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ("order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    ("order 1, y not reduced", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("order 4, y not reduced", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("order 1, x negative", "0100000000000000000000000000000000000000000000000000000000000080"),
    ("y = 3, not reduced", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("y = 18, not reduced", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("no point", "0200000000000000000000000000000000000000000000000000000000000000"),
    ("too short", "0102"),
];

pub(crate) fn vectors() -> Result<Value> {
    let mut signatures = Vec::new();
    for case in CASES {
        let encode = |hex: &str| -> Result<String> { Ok(URL_SAFE_NO_PAD.encode(from_hex(hex)?)) };
        let key = PublicKey::parse(&encode(case.key)?)?;
        let (message, signature) = (from_hex(case.message)?, encode(case.signature)?);
        if let Some(seed) = case.seed {
            let secret = SecretKey::parse(&encode(seed)?)?;
            expect(case.name, &secret.public(), &key)?;
            expect(case.name, &secret.sign_bytes(&message), &signature)?;
        }
        expect(case.name, &key.has_signed(&message, &signature), &case.valid)?;
        signatures.push(json!({
            "name": case.name, "source": case.source, "seed": case.seed, "public_key": case.key,
            "message": case.message, "signature": case.signature, "valid": case.valid,
        }));
    }
    let mut no_keys = Vec::new();
    for (name, key) in NO_KEYS {
        let text = URL_SAFE_NO_PAD.encode(from_hex(key)?);
        expect(name, &PublicKey::parse(&text).is_err(), &true)?;
        no_keys.push(json!({ "name": name, "public_key": key }));
    }
    Ok(json!({
        "about": "RFC 8032, verified strictly: no cofactor, S reduced, neither R nor the key of small order, the key in its one encoding. All values in hexadecimal. `no_keys` are to be refused as keys.",
        "signatures": signatures,
        "no_keys": no_keys,
    }))
}
