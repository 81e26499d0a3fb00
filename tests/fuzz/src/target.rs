//! Something that is fed with anything.

/// Something that is fed with anything.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What it is called on the command line, and the folder of its kept inputs.
    pub name: &'static str,
    /// Takes an input. A panic is a finding.
    pub run: fn(&[u8]),
    /// What inputs are made of, beside kept ones and noise.
    pub words: &'static [&'static str],
    /// Inputs that it makes itself: of a form that changes with the code.
    pub seeds: fn() -> Vec<Vec<u8>>,
}
