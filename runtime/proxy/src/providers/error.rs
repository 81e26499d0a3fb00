use thiserror::Error;

/// Why a file of provider templates was refused. Each names the file, and the line where one is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProvidersError {
    /// The text is not YAML.
    #[error("{origin}{}: {message}", at(*line))]
    Syntax {
        /// The file.
        origin: String,
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong, in the YAML parser's words.
        message: String,
    },
    /// The text is YAML, but not a mapping from provider names to templates.
    #[error("{origin}: expected a mapping from provider names to templates")]
    NotAMapping {
        /// The file.
        origin: String,
    },
    /// One template does not have the shape of a template.
    #[error("{origin}{}: provider `{entry}`: {message}", at(*line))]
    Entry {
        /// The file.
        origin: String,
        /// The line where the entry starts, from 1.
        line: Option<usize>,
        /// The provider's name.
        entry: String,
        /// What is wrong.
        message: String,
    },
    /// A template is an alias of one that does not exist.
    #[error("{origin}{}: provider `{entry}` is an alias of `{alias}`, which does not exist", at(*line))]
    UnknownAlias {
        /// The file.
        origin: String,
        /// The line where the entry starts, from 1.
        line: Option<usize>,
        /// The provider's name.
        entry: String,
        /// The name that is missing.
        alias: String,
    },
    /// A template is, through others, an alias of itself.
    #[error("{origin}{}: provider `{entry}` is an alias of itself", at(*line))]
    AliasCycle {
        /// The file.
        origin: String,
        /// The line where the entry starts, from 1.
        line: Option<usize>,
        /// The provider's name.
        entry: String,
    },
}

impl ProvidersError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } | Self::NotAMapping { .. } => "providers_unreadable",
            Self::Entry { .. } => "provider_invalid",
            Self::UnknownAlias { .. } | Self::AliasCycle { .. } => "provider_alias_invalid",
        }
    }

    /// The line of the file, from 1, where it is known.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::NotAMapping { .. } => None,
            Self::Syntax { line, .. }
            | Self::Entry { line, .. }
            | Self::UnknownAlias { line, .. }
            | Self::AliasCycle { line, .. } => *line,
        }
    }
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(":{line}")).unwrap_or_default()
}
