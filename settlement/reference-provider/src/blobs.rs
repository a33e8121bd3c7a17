//! The images' bytes on disk, each under its digest: same bytes, same file.

use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::error::{ApiError, ErrorCode};
use crate::store::internal;

/// How a digest is written.
pub(crate) fn digest_text(hash: &blake3::Hash) -> String {
    format!("blake3:{}", hash.to_hex())
}

/// Where the bytes of a digest are.
pub(crate) fn path_of(images: &Path, digest: &str) -> PathBuf {
    images.join(digest.strip_prefix("blake3:").unwrap_or(digest))
}

/// An image that is being received.
#[derive(Debug)]
pub(crate) struct Incoming {
    images: PathBuf,
    temporary: PathBuf,
    file: File,
    hasher: blake3::Hasher,
    size: u64,
    size_max: u64,
}

impl Incoming {
    pub(crate) async fn create(images: &Path, size_max: u64) -> Result<Self, ApiError> {
        let name = crate::fresh::fresh()?.nonce;
        let temporary = images.join(format!("incoming-{name}"));
        let file = File::create_new(&temporary).await.map_err(disk)?;
        Ok(Self {
            images: images.to_owned(),
            temporary,
            file,
            hasher: blake3::Hasher::new(),
            size: 0,
            size_max,
        })
    }

    pub(crate) async fn write(&mut self, chunk: &[u8]) -> Result<(), ApiError> {
        self.size = self
            .size
            .saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if self.size > self.size_max {
            let message = format!(
                "the image is longer than {} bytes: send a smaller one",
                self.size_max
            );
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        self.hasher.update(chunk);
        self.file.write_all(chunk).await.map_err(disk)
    }

    /// Puts the bytes under their digest, durably; gives digest and size.
    pub(crate) async fn keep(mut self) -> Result<(String, u64), ApiError> {
        if self.size == 0 {
            let message = "the image is empty: send its bytes as the body";
            return Err(ApiError::new(ErrorCode::BadImage, message));
        }
        self.file.flush().await.map_err(disk)?;
        self.file.sync_all().await.map_err(disk)?;
        let digest = digest_text(&self.hasher.finalize());
        let path = path_of(&self.images, &digest);
        // In place of an old file of this digest too: should that one have rotted, this one is good.
        tokio::fs::rename(&self.temporary, &path)
            .await
            .map_err(disk)?;
        let directory = File::open(&self.images).await.map_err(disk)?;
        directory.sync_all().await.map_err(disk)?;
        Ok((digest, self.size))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After `keep` it has another name and this finds nothing.
        drop(std::fs::remove_file(&self.temporary));
    }
}

fn disk(error: std::io::Error) -> ApiError {
    tracing::error!(%error, "an image could not be written");
    internal("the image could not be written to disk: send it again later")
}
