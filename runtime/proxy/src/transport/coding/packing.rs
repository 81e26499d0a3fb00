//! How a body is packed, as `content-encoding` says it.

/// One way to pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// `gzip` and its old name; `compress` too, by which servers mean gzip or zlib. As axios.
    Gzip,
    /// `deflate`: zlib, or the bare stream that old servers send.
    Deflate,
    /// `br`.
    Brotli,
}

impl Coding {
    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" | "compress" | "x-compress" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            _ => None,
        }
    }
}

/// How a body is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    Plain,
    /// With these, the first one first.
    Known(Vec<Coding>),
    /// With something that is not known: it is left as it came.
    Unknown(String),
}

impl Packing {
    /// Reads the values of `content-encoding`, one for each header line.
    pub(crate) fn of<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut known = Vec::new();
        let names = values.flat_map(|value| value.split(',')).map(str::trim);
        for name in names.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity")) {
            match Coding::from_name(name) {
                Some(coding) => known.push(coding),
                None => return Self::Unknown(name.to_owned()),
            }
        }
        if known.is_empty() { Self::Plain } else { Self::Known(known) }
    }
}
