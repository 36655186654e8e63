//! Bodies that are handed in: read and unpacked, never beyond what the API root announces.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::Refusal;

/// How a body is packed (RFC 9110 section 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    Gzip,
    Brotli,
    Zstd,
}

/// A window of 8 MiB is what RFC 9659 lets a sender use.
const WINDOW_LOG: u32 = 23;
const BUFFER: usize = 32 << 10;
/// How many times the bound a body may have to be read to its end and thrown away.
const DRAINED: usize = 4;

impl Coding {
    /// The one that the headers name. Several, one upon the other, are not taken.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let (first, more) = (values.next(), values.next());
        let named = first.map_or(Ok("identity"), HeaderValue::to_str);
        let coding = named.ok().filter(|_| more.is_none()).and_then(Self::named);
        coding.ok_or_else(|| {
            Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is packed in another way")
                .because("Content-Encoding: gzip, br and zstd are taken, one of them")
                .with(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd"))
        })
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Plain),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// How much of all bodies is held at once, in KiB. Whoever comes when it is taken is asked to come
/// again: what one account hands in on many connections must not fill the memory.
const ROOM: usize = 80 << 10;

/// The room for bodies.
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM)))
    }
}

/// Room that is taken, until this is dropped.
pub(super) struct Held(OwnedSemaphorePermit);

impl Room {
    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let kib = u32::try_from(bytes.div_ceil(1_024)).unwrap_or(u32::MAX);
        self.0.clone().try_acquire_many_owned(kib).map_err(|_| {
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "The server is busy with other bodies")
                .with(header::RETRY_AFTER, HeaderValue::from_static("5"))
        })
    }

    /// Takes more, for what a body becomes when it is unpacked.
    pub(super) fn more(&self, held: &mut Held, bytes: usize) -> Result<(), Refusal> {
        held.0.merge(self.take(bytes)?);
        Ok(())
    }
}

/// How much room is taken at once.
const STEP: usize = 256 << 10;

/// The body as it comes, if it has at most so many bytes; `announced` is what its sender says.
///
/// Of one that is somewhat too large the rest is read and thrown away, for so long as `patience`
/// lasts: most clients hear an answer only when they have sent all.
pub(super) async fn read(
    body: Body,
    announced: Option<u64>,
    most: usize,
    patience: Duration,
    room: &Room,
) -> Result<(Bytes, Held), Refusal> {
    let bound = most.saturating_mul(DRAINED);
    if announced.is_some_and(|length| length > bound as u64) {
        return Err(too_large(most));
    }
    let mut whole = BytesMut::new();
    let (mut held, mut left) = (Held(room.take(STEP)?), STEP);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::malformed("The body breaks off"))?;
        let announced = announced.is_some_and(|length| length > most as u64);
        if announced || whole.len() + piece.len() > most {
            let mut read = whole.len() + piece.len();
            drop((whole, piece, held));
            let drain = async {
                while read < bound
                    && let Some(Ok(piece)) = pieces.next().await
                {
                    read += piece.len();
                }
            };
            let _ = tokio::time::timeout(patience, drain).await;
            return Err(too_large(most));
        }
        if piece.len() > left {
            let bytes = piece.len().max(STEP);
            room.more(&mut held, bytes)?;
            left += bytes;
        }
        left -= piece.len();
        whole.extend_from_slice(&piece);
    }
    Ok((whole.freeze(), held))
}

/// The body unpacked. What would grow beyond `most` is given up there.
pub(crate) fn unpack(packed: Bytes, coding: Coding, most: usize) -> Result<Bytes, Refusal> {
    let mut out = Vec::new();
    let read = match coding {
        Coding::Plain => return Ok(packed),
        Coding::Gzip => take(flate2::read::MultiGzDecoder::new(&packed[..]), most, &mut out),
        Coding::Brotli => take(brotli::Decompressor::new(&packed[..], BUFFER), most, &mut out),
        Coding::Zstd => {
            zstd::stream::read::Decoder::with_buffer(&packed[..]).and_then(|mut zstd| {
                zstd.window_log_max(WINDOW_LOG)?;
                take(zstd, most, &mut out)
            })
        }
    };
    if out.len() > most {
        return Err(too_large(most));
    }
    read.map_err(|_| Refusal::malformed("The body is not packed as Content-Encoding says"))?;
    Ok(Bytes::from(out))
}

fn take(unpacked: impl Read, most: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    unpacked.take(bound).read_to_end(out).map(|_| ())
}

fn too_large(most: usize) -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
        .because(format!("This server takes at most {most} bytes at once, unpacked"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(coding: Coding, plain: &[u8]) -> Bytes {
        let mut out = Vec::new();
        match coding {
            Coding::Plain => out.extend_from_slice(plain),
            Coding::Gzip => {
                let mut gzip = flate2::write::GzEncoder::new(&mut out, flate2::Compression::fast());
                gzip.write_all(plain).and_then(|()| gzip.try_finish()).unwrap();
            }
            Coding::Brotli => {
                brotli::CompressorWriter::new(&mut out, BUFFER, 5, 22).write_all(plain).unwrap();
            }
            Coding::Zstd => out = zstd::encode_all(plain, 1).unwrap(),
        }
        Bytes::from(out)
    }

    const ALL: [Coding; 4] = [Coding::Plain, Coding::Gzip, Coding::Brotli, Coding::Zstd];

    #[tokio::test]
    async fn bodies_share_the_room() {
        let room = Room::default();
        let body = || Body::from(vec![b' '; 32 << 20]);
        let (first, held) = read(body(), None, 64 << 20, Duration::ZERO, &room).await.unwrap();
        let (_, second) = read(body(), None, 64 << 20, Duration::ZERO, &room).await.unwrap();
        assert_eq!(first.len(), 32 << 20);
        let refused = read(body(), None, 64 << 20, Duration::ZERO, &room)
            .await
            .err()
            .expect("there is no room");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(held);
        let (_, mut third) = read(body(), None, 64 << 20, Duration::ZERO, &room).await.unwrap();
        assert!(room.more(&mut third, 32 << 20).is_err());
        drop(second);
        assert!(room.more(&mut third, 32 << 20).is_ok());
        drop(third);
        assert_eq!(room.0.available_permits(), ROOM);
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let plain = br#"{"objects":[]}"#.repeat(1_000);
        for coding in ALL {
            let unpacked = unpack(packed(coding, &plain), coding, plain.len()).unwrap();
            assert_eq!(unpacked, plain, "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_is_given_up_where_it_grows_too_large() {
        let most = 1 << 20;
        let bomb = vec![b' '; most * 64];
        for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
            let packed = packed(coding, &bomb);
            assert!(packed.len() < most, "{coding:?}");
            let refused = unpack(packed, coding, most).unwrap_err();
            assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE, "{coding:?}");
        }
    }

    #[test]
    fn what_is_packed_wrongly_is_malformed() {
        for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
            let whole = packed(coding, &b"abc".repeat(100));
            for wrong in [Bytes::from_static(b"\xff\xffplain text"), whole.slice(..whole.len() / 2)]
            {
                let refused = unpack(wrong, coding, 1 << 20).unwrap_err();
                assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{coding:?}");
            }
        }
    }
}
