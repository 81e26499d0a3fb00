use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use onevent_contract::RootBudget;

use super::*;

const TEXT: &[u8] = br#"{"ok":true,"n":[1,2,3]}"#;

/// [`TEXT`] as Node's `brotliCompressSync` packs it.
const BROTLI: &str = "0b0b807b226f6b223a747275652c226e223a5b312c322c335d7d03";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bare(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn without(mut bytes: Vec<u8>, last: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() - last);
    bytes
}

fn unpacked(names: &str, packed: Vec<u8>) -> Result<Vec<u8>, UnpackError> {
    let Packing::Known(codings) = Packing::of([names].into_iter()) else { panic!("{names} is not known") };
    let mut held = RootBudget::default().take(0).unwrap();
    unpack(packed.into(), &codings, &mut held).map(Vec::from)
}

#[test]
fn names_have_no_case_and_may_stand_in_several_lines() {
    use Coding::{Brotli, Deflate, Gzip};
    for (values, expected) in [
        (&[][..], Packing::Plain),
        (&[""], Packing::Plain),
        (&["identity", " , Identity"], Packing::Plain),
        (&["GZIP"], Packing::Known(vec![Gzip])),
        (&["  x-GZip "], Packing::Known(vec![Gzip])),
        (&["x-compress"], Packing::Known(vec![Gzip])),
        (&["gzip, deflate,Br"], Packing::Known(vec![Gzip, Deflate, Brotli])),
        (&["gzip", "identity", "br"], Packing::Known(vec![Gzip, Brotli])),
        (&["gzip, zstd"], Packing::Unknown("zstd".into())),
        (&["aes128gcm", "gzip"], Packing::Unknown("aes128gcm".into())),
        (&["gzip; q=1"], Packing::Unknown("gzip; q=1".into())),
    ] {
        assert_eq!(Packing::of(values.iter().copied()), expected, "{values:?}");
    }
}

#[test]
fn whatever_axios_unpacks_is_unpacked() {
    let (first, second) = TEXT.split_at(9);
    for (name, coding, packed) in [
        ("gzip", "gzip", gzip(TEXT)),
        ("two members", "gzip", [gzip(first), gzip(second)].concat()),
        ("two members and an empty one", "gzip", [gzip(first), gzip(b""), gzip(second)].concat()),
        ("zeros behind the end", "gzip", [gzip(TEXT), vec![0; 20]].concat()),
        ("no checksum", "gzip", without(gzip(TEXT), 8)),
        ("half of the checksum", "gzip", without(gzip(TEXT), 5)),
        ("zlib that calls itself gzip", "gzip", zlib(TEXT)),
        ("zlib", "deflate", zlib(TEXT)),
        ("zlib without its checksum", "deflate", without(zlib(TEXT), 4)),
        ("a bare stream", "deflate", bare(TEXT, Compression::best())),
        ("a bare stream that is stored", "deflate", bare(TEXT, Compression::none())),
        ("bytes behind zlib's end", "deflate", [zlib(TEXT), b"more".to_vec()].concat()),
        ("brotli", "br", hex::decode(BROTLI).unwrap()),
        ("bytes behind brotli's end", "br", [hex::decode(BROTLI).unwrap(), b"more".to_vec()].concat()),
        ("gzip, then zlib", "gzip, deflate", zlib(&gzip(TEXT))),
        ("zlib, then gzip", "deflate, x-gzip", gzip(&zlib(TEXT))),
        ("brotli, then gzip", "br, gzip", gzip(&hex::decode(BROTLI).unwrap())),
        ("three times", "gzip, gzip, gzip", gzip(&gzip(&gzip(TEXT)))),
    ] {
        assert_eq!(unpacked(coding, packed).as_deref(), Ok(TEXT), "{name}");
    }
    for coding in ["gzip", "deflate", "br", "gzip, deflate, br"] {
        assert_eq!(unpacked(coding, Vec::new()), Ok(Vec::new()), "{coding}");
    }
    assert_eq!(unpacked("gzip", gzip(b"")), Ok(Vec::new()));
}

#[test]
fn a_bare_stream_may_begin_like_zlib() {
    // A stored block whose padding spells zlib's first byte; with this length the second one fits as well.
    let length: u16 = 0x0001;
    let mut packed = vec![0x78, 0x01, 0x00, 0xfe, 0xff, b'a'];
    assert_eq!(packed[1..3], length.to_le_bytes());
    packed.extend(bare(b"bc", Compression::best()));
    assert!(deflate::starts_like_zlib(&packed));
    assert_eq!(unpacked("deflate", packed), Ok(b"abc".to_vec()));
}

#[test]
fn what_is_broken_or_cut_is_an_error() {
    use UnpackError::{Broken, Cut};
    let mut wrong_sum = gzip(TEXT);
    let last = wrong_sum.len() - 8;
    wrong_sum[last] ^= 1;
    for (name, coding, packed, expected) in [
        ("text", "gzip", TEXT.to_vec(), Broken("incorrect header check")),
        ("a wrong checksum", "gzip", wrong_sum, Broken("incorrect data check")),
        (
            "text behind the end",
            "gzip",
            [gzip(TEXT), b"garbage".to_vec()].concat(),
            Broken("incorrect header check"),
        ),
        ("a cut header", "gzip", gzip(TEXT)[..6].to_vec(), Cut),
        ("a cut stream", "gzip", gzip(TEXT)[..22].to_vec(), Cut),
        ("a cut second member", "gzip", [gzip(TEXT), gzip(TEXT)[..22].to_vec()].concat(), Cut),
        ("cut zlib", "deflate", zlib(TEXT)[..12].to_vec(), Cut),
        ("a cut bare stream", "deflate", bare(TEXT, Compression::best())[..12].to_vec(), Cut),
        ("one byte", "deflate", vec![0x78], Cut),
        ("cut brotli", "br", hex::decode(BROTLI).unwrap()[..10].to_vec(), Cut),
        ("text as brotli", "br", TEXT.to_vec(), Broken("Decompression failed")),
        ("one coding too few", "gzip, gzip", gzip(TEXT), Broken("incorrect header check")),
    ] {
        assert_eq!(unpacked(coding, packed), Err(expected), "{name}");
    }
    let text = unpacked("deflate", TEXT.to_vec());
    assert!(matches!(text, Err(Broken(_) | Cut)), "{text:?}");
}

#[test]
fn a_bomb_is_stopped_in_every_coding_and_at_every_layer() {
    let large = vec![0; MAX_BODY_BYTES + 1];
    for (coding, packed) in [
        ("gzip", gzip(&large)),
        ("deflate", zlib(&large)),
        ("deflate", bare(&large, Compression::best())),
        ("gzip, gzip", gzip(&gzip(&large))),
        ("gzip, deflate", zlib(&large)),
    ] {
        assert_eq!(unpacked(coding, packed), Err(UnpackError::TooLarge), "{coding}");
    }
    assert_eq!(
        unpacked("gzip", gzip(&large[1..])).map(|bytes| bytes.len()),
        Ok(MAX_BODY_BYTES),
        "the probe works"
    );
    let layers = vec![Coding::Gzip; MAX_CONTENT_CODINGS + 1];
    let budget = RootBudget::default();
    let mut held = budget.take(0).unwrap();
    assert_eq!(unpack(gzip(TEXT).into(), &layers, &mut held), Err(UnpackError::TooManyCodings));
    // Of what the run may hold, something is taken already.
    let mut rest = budget.take(budget.bytes_left() - MAX_BODY_BYTES / 2).unwrap();
    let no_room = unpack(gzip(&large[1..]).into(), &[Coding::Gzip], &mut rest);
    assert!(matches!(no_room, Err(UnpackError::NoRoom(_))), "{no_room:?}");
}
