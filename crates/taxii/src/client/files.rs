//! Files below an address, asked for as everything else is: guarded, pinned, capped.

use bytes::Bytes;
use reqwest::{Method, StatusCode};

use super::{Client, Config, Error};

/// A folder on another server, of which files are read by name.
#[derive(Clone, Debug)]
pub struct Files {
    client: Client,
}

impl Files {
    /// Prepares a connection to the folder at the address of `config`; nothing is sent yet.
    pub fn new(config: Config) -> Result<Self, Error> {
        Client::new(config).map(|client| Self { client })
    }

    /// A file of the folder.
    pub async fn get(&self, name: &str) -> Result<Bytes, Error> {
        let mut url = self.client.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(name);
        }
        let request = self.client.request(Method::GET, url, "application/json, */*;q=0.1");
        Ok(self.client.exchange(request, StatusCode::OK).await?.1)
    }
}
