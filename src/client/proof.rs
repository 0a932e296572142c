//! Asking the provider whether anybody is still signed in.

use super::discover::Lookup;
use super::{LogoutClient, entropy};
use crate::error::LogoutError;
use crate::keys::hash;
use crate::navigation::{LogoutMode, Navigation, NavigationMethod};
use crate::pending::{Journey, Record};
use crate::planning::resolve;
use crate::provider::row::{Endpoint, endpoint_url};
use crate::query;
use crate::secret::Secret;

impl LogoutClient {
    pub(super) fn ask_for_proof(&self, id: &str) -> Result<Navigation, LogoutError> {
        let record = self.recorded(id)?;
        let Some(redirect_uri) = self.config.redirect_uri.clone() else {
            return Err(LogoutError::configuration(
                "PROOF-01",
                "a proof returns to the sign-in address; configure redirect_uri",
            ));
        };
        let endpoint = self.authorization_endpoint(&record)?;
        let state = format!("{id}.{}", entropy::random()?);
        // The code, if one comes, is never redeemed: nobody keeps the verifier.
        let challenge = hash(&format!("{}{}", entropy::random()?, entropy::random()?));
        let nonce = entropy::random()?;
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &redirect_uri),
            ("scope", "openid"),
            ("prompt", "none"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let url = query::append(&endpoint, parameters.map(|(name, value)| (name, Some(value))));
        let journey = Journey::new(&state, redirect_uri.clone(), entropy::now());
        self.update(id, |record| {
            record.proof = Some(journey.clone());
            Some(())
        })
        .map_err(super::store::before)?
        .ok_or_else(|| LogoutError::UnknownLogout { rule: "REC-01".to_owned() })?;
        Ok(Navigation {
            id: id.to_owned(),
            url: Secret::from(url),
            method: NavigationMethod::Get,
            form: Vec::new(),
            mode: LogoutMode::Redirect,
            popup: None,
            main_window_redirect_uri: None,
            redirect_uri: Some(redirect_uri),
            frame_timeout_ms: 0,
        })
    }

    /// Where the sign-out itself went: another authority's answer would say nothing about it.
    fn authorization_endpoint(&self, record: &Record) -> Result<String, LogoutError> {
        let endpoint = match self.row_of(record).map(|row| row.authorization.clone()) {
            Some(Endpoint::Discovered) => {
                let metadata = self.metadata_once(&mut Lookup::default())?;
                resolve(&Endpoint::Discovered, Some(&metadata), |known| known.authorization.as_ref())
            }
            Some(known) => known,
            None => Endpoint::Missing,
        };
        match endpoint {
            Endpoint::Known(address) if endpoint_url(&address).is_ok() => Ok(address),
            _ => Err(LogoutError::metadata("PROOF-02", "the provider names no authorization endpoint")),
        }
    }
}
