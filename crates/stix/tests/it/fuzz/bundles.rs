//! Files of any bytes: however they arrive in chunks, they are cut in the same pieces.

use bytes::Bytes;
use stix::stream::{Part, Piece, Splitter};
use stix::validate::{self, Options};

pub(crate) fn check(input: &[u8]) {
    // The first byte says how the rest arrives.
    let (size, input) = input.split_first().map_or((1, input), |(first, rest)| (*first, rest));
    let whole = pieces(input, input.len().max(1));
    assert_eq!(whole, pieces(input, usize::from(size % 16) + 1));
    assert_eq!(whole, pieces(input, 1_000));
    for (_, _, bytes, count) in &whole {
        let _ = validate::bytes(bytes, &Options::SHOULD);
        let _ = validate::bundle(bytes, *count, &Options::SHOULD);
    }
    let lines = whole.windows(2).all(|pair| match (&pair[0], &pair[1]) {
        // A bundle's own bytes come at its end and count from its beginning.
        ((before, "object", ..), (after, "object", ..)) => before <= after,
        _ => true,
    });
    assert!(lines, "objects come in the order of their lines");
    // What the reader of whole bundles finds, the splitter finds, byte for byte.
    if let Ok(held) = stix::bundle::slices(&Bytes::copy_from_slice(input)) {
        let objects = whole.iter().filter(|(_, part, ..)| *part == "object");
        assert!(
            objects.map(|(_, _, bytes, _)| bytes.as_slice()).eq(held.iter().map(|one| &one[..]))
        );
    }
}

type Owned = (u64, &'static str, Vec<u8>, u64);

fn pieces(input: &[u8], chunk: usize) -> Vec<Owned> {
    let mut pieces = Vec::new();
    let mut each = |piece: Piece<'_>| {
        let (part, bytes, count) = match piece.part {
            Part::Object(bytes) => ("object", bytes, 0),
            Part::Bundle(bytes, count) => ("bundle", bytes, count),
            Part::TooLong(bytes) => ("too long", &[][..], bytes),
            Part::Broken(why) => ("broken", why.as_bytes(), 0),
        };
        pieces.push((piece.line, part, bytes.to_vec(), count));
    };
    let mut splitter = Splitter::new();
    for chunk in input.chunks(chunk) {
        splitter.push(chunk, &mut each);
    }
    splitter.end(&mut each);
    pieces
}
