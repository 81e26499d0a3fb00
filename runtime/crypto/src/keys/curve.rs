//! One piece of code for the keys of every curve.

/// Evaluates `$then` with the crate of the key's curve as `curve`; keys of other kinds take the arms behind it.
macro_rules! on_curve {
    ($owner:ident, $value:expr, $key:ident => $then:expr, $($pattern:pat => $other:expr),+ $(,)?) => {
        match $value {
            $owner::P256($key) => {
                #[allow(unused_imports, reason = "not every use names the curve")]
                use p256 as curve;
                $then
            }
            $owner::P384($key) => {
                #[allow(unused_imports, reason = "not every use names the curve")]
                use p384 as curve;
                $then
            }
            $owner::P521($key) => {
                #[allow(unused_imports, reason = "not every use names the curve")]
                use p521 as curve;
                $then
            }
            $($pattern => $other,)+
        }
    };
}
pub(crate) use on_curve;
