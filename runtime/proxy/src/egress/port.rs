//! Ports of other protocols.

/// Ports at which other things listen than HTTP: a request there could be taken for their commands. Those that `fetch`
/// refuses (Fetch standard, "bad port").
const OF_OTHERS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514,
    515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723,
    2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Which ports may be called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) enum Ports {
    /// All but those of other protocols.
    #[default]
    OfHttp,
    /// Every one.
    All,
}

impl Ports {
    pub(super) fn include(self, port: u16) -> bool {
        match self {
            Self::OfHttp => OF_OTHERS.binary_search(&port).is_err(),
            Self::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(OF_OTHERS.is_sorted_by(|a, b| a < b));
        assert!(OF_OTHERS.into_iter().all(|port| !Ports::OfHttp.include(port) && Ports::All.include(port)));
        assert!([80, 443, 3000, 8080, 65_535].into_iter().all(|port| Ports::OfHttp.include(port)));
    }
}
