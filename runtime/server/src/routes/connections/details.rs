//! What a product says of a connection in a body: whose it is, its tags, and where its webhooks go.

use onevent_contract::{ConnectionDetails, EndUser, Organization, Tags};
use onevent_store::{Change, DetailsPatch};
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::extract::present;

/// How long one of these texts may be, in characters: Nango's limit for names. A URL may be longer.
const MAX_TEXT: usize = 255;
const MAX_URL: usize = 2_048;

/// How many tags there may be.
const MAX_TAGS: usize = 64;

/// Whose the connection is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndUserBody {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, String>>)]
    tags: Option<Tags>,
    #[serde(default)]
    organization: Option<OrganizationBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganizationBody {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
}

/// The three together, checked. What is not given stays as it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    end_user: Option<EndUser>,
    tags: Option<Tags>,
    webhook_url_override: Option<String>,
}

impl Given {
    /// Checks what a body says.
    pub(super) fn new(
        end_user: Option<EndUserBody>,
        tags: Option<Tags>,
        webhook_url_override: Option<String>,
    ) -> Result<Self, ApiError> {
        let mut mistakes = Vec::new();
        if let Some(user) = &end_user {
            check_end_user(user, &mut mistakes);
        }
        check_tags(tags.as_ref(), &["tags"], &mut mistakes);
        if let Some(url) = &webhook_url_override
            && !is_web_url(url)
        {
            let message = "this field must be a URL with http or https";
            mistakes.push(FieldError::of("webhook_url_override", "invalid_format", message));
        }
        if mistakes.is_empty() {
            let end_user = end_user.map(EndUserBody::into_end_user);
            Ok(Self { end_user, tags, webhook_url_override })
        } else {
            Err(ApiError::invalid("invalid_body", mistakes))
        }
    }

    /// Of a new connection.
    pub(super) fn into_details(self) -> ConnectionDetails {
        let Self { end_user, tags, webhook_url_override } = self;
        ConnectionDetails { end_user, tags: tags.unwrap_or_default(), webhook_url_override }
    }

    /// Of a connection that is there.
    pub(super) fn into_patch(self) -> DetailsPatch {
        DetailsPatch {
            end_user: change(self.end_user),
            tags: change(self.tags),
            webhook_url_override: change(self.webhook_url_override),
        }
    }
}

fn change<T>(given: Option<T>) -> Change<T> {
    given.map_or(Change::Keep, Change::Set)
}

impl EndUserBody {
    fn into_end_user(self) -> EndUser {
        let Self { id, display_name, email, tags, organization } = self;
        let organization =
            organization.map(|given| Organization { id: given.id, display_name: given.display_name });
        EndUser { id, display_name, email, tags, organization }
    }
}

fn check_end_user(user: &EndUserBody, mistakes: &mut Vec<FieldError>) {
    let organization = user.organization.as_ref();
    let texts: [(&[&str], Option<&String>); 5] = [
        (&["end_user", "id"], Some(&user.id)),
        (&["end_user", "display_name"], user.display_name.as_ref()),
        (&["end_user", "email"], user.email.as_ref()),
        (&["end_user", "organization", "id"], organization.map(|given| &given.id)),
        (
            &["end_user", "organization", "display_name"],
            organization.and_then(|given| given.display_name.as_ref()),
        ),
    ];
    for (path, text) in texts {
        let is_id = path.last() == Some(&"id");
        if let Some(text) = text {
            check_text(text, is_id, path, mistakes);
        }
    }
    check_tags(user.tags.as_ref(), &["end_user", "tags"], mistakes);
}

fn check_tags(tags: Option<&Tags>, path: &[&str], mistakes: &mut Vec<FieldError>) {
    let Some(tags) = tags else { return };
    if tags.len() > MAX_TAGS {
        mistakes.push(mistake("too_big", format!("there may be {MAX_TAGS} tags"), path));
        return;
    }
    for (name, value) in tags {
        let path = [path, &[name.as_str()]].concat();
        check_text(name, true, &path, mistakes);
        check_text(value, false, &path, mistakes);
    }
}

fn check_text(text: &str, needed: bool, path: &[&str], mistakes: &mut Vec<FieldError>) {
    if needed && text.is_empty() {
        mistakes.push(mistake("too_small", "this field must not be empty".to_owned(), path));
    }
    if text.chars().count() > MAX_TEXT {
        let message = format!("this field may have {MAX_TEXT} characters");
        mistakes.push(mistake("too_big", message, path));
    }
}

fn mistake(code: &'static str, message: String, path: &[&str]) -> FieldError {
    FieldError::new(code, message, path.iter().map(|part| (*part).into()).collect())
}

fn is_web_url(text: &str) -> bool {
    let is_web = |url: Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    text.len() <= MAX_URL && Url::parse(text).is_ok_and(is_web)
}

/// The body of a patch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchBody {
    #[serde(default, deserialize_with = "present")]
    pub(super) end_user: Option<EndUserBody>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    pub(super) tags: Option<Tags>,
    #[serde(default, deserialize_with = "present")]
    pub(super) webhook_url_override: Option<String>,
}
