//! How values cross that a binary format cannot hold as they are, or a text format only at length.
//!
//! JSON of any shape needs a format that knows the types of what it holds; where there is none, it crosses as its text.
//! Bytes are bytes where a format has them, and base64 in texts.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// For `#[serde(with)]`: what only a format with types of its own can hold.
pub mod json {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return value.serialize(serializer);
        }
        let text = serde_json::to_string(value).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer);
        }
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// For `#[serde(with)]`: bytes that may be missing.
pub(crate) mod optional_binary {
    use super::{Binary, Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: AsRef<[u8]>, S: Serializer>(
        bytes: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|bytes| Binary(bytes.as_ref())).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let bytes = Option::<Binary<Vec<u8>>>::deserialize(deserializer)?;
        Ok(bytes.map(|bytes| bytes.0.into()))
    }
}

/// For `#[serde(with)]`: JSON that may be missing, which is another thing than `null`. In texts a list of at most one.
pub mod optional_json {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde_json::Value;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_seq(value);
        }
        let text = value.as_ref().map(serde_json::to_string).transpose().map_err(S::Error::custom)?;
        text.serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        if deserializer.is_human_readable() {
            return Vec::<Value>::deserialize(deserializer).map(|mut list| list.pop());
        }
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(D::Error::custom)
    }
}

/// For `#[serde(with)]`: what is shared in memory crosses as one copy.
pub mod shared {
    use std::sync::Arc;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<T: Serialize + ?Sized, S: Serializer>(
        value: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (**value).serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the format.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<T>, D::Error>
    where
        T: ?Sized,
        Box<T>: Deserialize<'de> + Into<Arc<T>>,
        D: Deserializer<'de>,
    {
        Box::<T>::deserialize(deserializer).map(Into::into)
    }
}

/// For `#[serde(deserialize_with)]`: what is there is there, also where it is `null`.
pub(crate) fn some<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

/// For `#[serde(with)]`: bytes.
pub(crate) mod binary {
    use super::{Binary, Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: AsRef<[u8]>, S: Serializer>(
        bytes: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Binary(bytes.as_ref()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        Binary::<Vec<u8>>::deserialize(deserializer).map(|bytes| bytes.0.into())
    }
}

/// For `#[serde(with)]`: an HTTP method, by its name.
pub(crate) mod method {
    use http::Method;
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(method.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

struct Binary<T>(T);

impl Serialize for Binary<&[u8]> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&BASE64_STANDARD.encode(self.0))
        } else {
            serializer.serialize_bytes(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Binary<Vec<u8>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            BASE64_STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
        } else {
            serde_bytes::ByteBuf::deserialize(deserializer).map(|bytes| Self(bytes.into_vec()))
        }
    }
}
