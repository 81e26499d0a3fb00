//! The documented event functions are byte for byte as documented: nobody formats or mends them.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

const DOCUMENTED: [(&str, &str); 3] = [
    ("post-connection-setup.ts", "c7feff3c620e45b2514f4c617f8e65b4fa47b70c268e3809ff58b211722ac01f"),
    ("validate-connection.ts", "57edbeb13454e80c7da0e86daafc7d33b2538a35404bea2ef35564eba9715da1"),
    ("pre-connection-cleanup.ts", "5ab7122506c5fe99a64e699fa37c7e56d5bb4afa61799afc94c8d3ec330c69ba"),
];

#[test]
fn the_documented_functions_are_byte_for_byte_as_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/salesforce/on-events");
    for (file, documented) in DOCUMENTED {
        let bytes = fs::read(folder.join(file)).unwrap();
        let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sum, documented, "{file} is not as documented");
    }
}
