//! Everything that a run told of itself, and what is hidden of it.

use super::{HiddenValues, HttpEffect, HttpOutcome, LogLine, MetadataWriteEffect, NewestMetadata, Warning};

/// Everything an [`EffectLog`](super::EffectLog) holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// HTTP attempts.
    pub http: Vec<HttpEffect>,
    /// Log lines, triggered actions among them.
    pub logs: Vec<LogLine>,
    /// Metadata writes.
    pub metadata_writes: Vec<MetadataWriteEffect>,
    /// The metadata after them.
    pub newest_metadata: Option<NewestMetadata>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

impl Effects {
    /// Every text that a function, a server or a provider had a hand in.
    pub(super) fn scrub(&mut self, hidden: &HiddenValues) {
        for line in &mut self.logs {
            hidden.scrub_in_place(&mut line.message);
            line.meta.iter_mut().for_each(|meta| hidden.scrub(meta));
        }
        for effect in &mut self.http {
            hidden.scrub_in_place(&mut effect.method);
            hidden.scrub_in_place(&mut effect.url);
            if let HttpOutcome::Failed(code) | HttpOutcome::Broken { code, .. } = &mut effect.outcome {
                hidden.scrub_in_place(code);
            }
        }
        for warning in &mut self.warnings {
            hidden.scrub_in_place(&mut warning.message);
            warning.keys.iter_mut().for_each(|key| hidden.scrub_in_place(key));
        }
        if let Some(newest) = &mut self.newest_metadata {
            hidden.scrub_object(&mut newest.value);
        }
    }
}
