//! One call of the operators' channel: what is asked goes out as HTTP over the socket, and the answer is printed for a
//! person or as JSON.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use engine::OperatorName;
use reqwest::{Client, Method, RequestBuilder, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::admin::{OPERATOR_HEADER, Refused};
use crate::cli::output::{self, say};
use crate::layout::Layout;

/// How long the venue may take. It gives up itself after 30 seconds.
const PATIENCE: Duration = Duration::from_secs(45);

/// HTTP wants a host; over a socket of the file system it means nothing.
const HOST: &str = "http://cloudpit";

/// How the venue is asked, and how it is shown what it says.
pub(super) struct Call {
    client: Client,
    socket: PathBuf,
    operator: Option<OperatorName>,
    json: bool,
}

/// Why there is nothing to show.
pub(super) enum Failure {
    /// The venue said no.
    Refused(Refused),
    /// The venue could not be asked, or what it said is no answer.
    NoAnswer(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::NoAnswer(error)
    }
}

impl Call {
    /// For the venue in the data folder `data`.
    pub(super) fn new(
        data: &Path,
        operator: Option<OperatorName>,
        json: bool,
    ) -> anyhow::Result<Self> {
        let socket = Layout::new(data).admin_socket();
        let client = Client::builder()
            .unix_socket(socket.as_path())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            client,
            socket,
            operator,
            json,
        })
    }

    /// Reads something: `asked` becomes what stands behind the `?`.
    pub(super) async fn read<T: DeserializeOwned + Serialize + Display>(
        &self,
        path: &str,
        asked: &impl Serialize,
    ) -> Result<(), Failure> {
        self.read_as::<T>(path, asked, false).await
    }

    /// The same; printed as JSON where `json` says so, as well as where all is.
    pub(super) async fn read_as<T: DeserializeOwned + Serialize + Display>(
        &self,
        path: &str,
        asked: &impl Serialize,
        json: bool,
    ) -> Result<(), Failure> {
        let mut url = url(path)?;
        if let Value::Object(fields) = serde_json::to_value(asked).map_err(anyhow::Error::from)? {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in &fields {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                pairs.append_pair(name, &text);
            }
        }
        self.ask::<T>(self.client.request(Method::GET, url), json)
            .await
    }

    /// Changes something: `what` goes as the body.
    pub(super) async fn change<T: DeserializeOwned + Serialize + Display>(
        &self,
        path: &str,
        what: &impl Serialize,
    ) -> Result<(), Failure> {
        let request = self.client.request(Method::POST, url(path)?);
        self.ask::<T>(request.json(what), false).await
    }

    async fn ask<T: DeserializeOwned + Serialize + Display>(
        &self,
        request: RequestBuilder,
        json: bool,
    ) -> Result<(), Failure> {
        let request = match &self.operator {
            Some(operator) => request.header(OPERATOR_HEADER, operator.as_str()),
            None => request,
        };
        let response = request.send().await.with_context(|| {
            format!(
                "no venue answers at {}: is it running with this data folder, and are you its user?",
                self.socket.display()
            )
        })?;
        let done = response.status().is_success();
        let text = response.text().await.context("the answer broke off")?;
        if !done {
            return Err(match serde_json::from_str(&text) {
                Ok(refused) => Failure::Refused(refused),
                Err(_) => Failure::NoAnswer(not_understood(&text)),
            });
        }
        let answer: T = serde_json::from_str(&text).map_err(|_| not_understood(&text))?;
        if self.json || json {
            say(text);
        } else {
            say(answer);
        }
        Ok(())
    }

    /// Shows a refusal.
    pub(super) fn complain(&self, refused: &Refused) {
        if self.json {
            say(serde_json::to_string(refused).expect("text is always JSON"));
        } else {
            output::complain(&anyhow::anyhow!("refused: {refused}"));
        }
    }
}

fn url(path: &str) -> Result<Url, Failure> {
    let url = Url::parse(HOST).and_then(|host| host.join(path));
    Ok(url.context("the call has no address")?)
}

fn not_understood(text: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "the venue's answer is not understood: is it of another version than this program? It says: {text}"
    )
}
