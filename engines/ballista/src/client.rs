//! A session whose queries run on a cluster.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::common::{Result, plan_err};
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use greenwood_datafusion::Functions;

use crate::codec::{LogicalCodec, PhysicalCodec};
use crate::service::MESSAGE_BYTES;

/// Arrow Flight divides a batch into pieces of about 2 MiB, but no row.
const LEAST_MESSAGE: usize = 4 << 20;

/// A cluster as its client sees it.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`functions`](Self::functions) | those of [`Functions::new`] | level and treatment of `NULL` |
/// | [`partitions`](Self::partitions) | 16 | how many pieces of a table are worked on at once |
/// | [`max_state_bytes`](Self::max_state_bytes) | 12 MiB | the largest state of a group that is sent |
/// | [`max_message_bytes`](Self::max_message_bytes) | 16 MiB | the largest message; every scheduler and executor must take it too |
#[derive(Debug, Clone)]
#[must_use = "nothing is connected until `.connect()` is awaited"]
pub struct Cluster {
    url: String,
    functions: Functions,
    partitions: usize,
    max_state_bytes: usize,
    max_message_bytes: usize,
}

impl Cluster {
    /// The cluster of the scheduler at this address, as in `df://10.0.0.1:50050`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            functions: Functions::new(),
            partitions: 16,
            max_state_bytes: MESSAGE_BYTES / 4 * 3,
            max_message_bytes: MESSAGE_BYTES,
        }
    }

    /// The functions with their options; their `max_state_bytes` is replaced by [this one](Self::max_state_bytes).
    pub fn functions(self, functions: Functions) -> Self {
        Self { functions, ..self }
    }

    /// How many pieces of a table are worked on at once: the answer is the same for any number.
    pub fn partitions(self, partitions: usize) -> Self {
        Self { partitions, ..self }
    }

    /// The largest encoded state of a group, in bytes, that is sent from one executor to another: a larger one is refused in
    /// words. It must leave room in a message.
    pub fn max_state_bytes(self, bytes: usize) -> Self {
        Self { max_state_bytes: bytes, ..self }
    }

    /// The largest message, in bytes.
    pub fn max_message_bytes(self, bytes: usize) -> Self {
        Self { max_message_bytes: bytes, ..self }
    }

    /// A session whose queries run on the cluster. Tables are registered as in any other; their files are read by the
    /// executors. Tables in memory do not travel.
    ///
    /// The scheduler is asked when the first query runs.
    ///
    /// # Errors
    /// A plan error where there is no partition, where a message has less than 4 MiB, where a state would not fit into a message, or where the level of the functions
    /// is none; that of Ballista where the address is none.
    pub async fn connect(&self) -> Result<SessionContext> {
        if self.partitions == 0 {
            return plan_err!("there are 0 partitions, but must be at least 1");
        }
        if self.max_message_bytes < LEAST_MESSAGE {
            return plan_err!(
                "messages of up to {} bytes are too short: rows are sent in pieces of about 2 MiB, so that at least {LEAST_MESSAGE} \
                 are needed",
                self.max_message_bytes
            );
        }
        if self.max_state_bytes >= self.max_message_bytes {
            return plan_err!(
                "a state of up to {} bytes does not fit into a message of {}: lower max_state_bytes or raise max_message_bytes",
                self.max_state_bytes,
                self.max_message_bytes
            );
        }
        let mut config = SessionConfig::new_with_ballista()
            .with_target_partitions(self.partitions)
            .with_information_schema(true)
            .with_ballista_grpc_client_max_message_size(self.max_message_bytes)
            .with_ballista_logical_extension_codec(Arc::new(LogicalCodec::default()))
            .with_ballista_physical_extension_codec(Arc::new(PhysicalCodec::default()));
        // Small files are divided too: the answer does not depend on it, and one large file is no exception.
        config.options_mut().optimizer.repartition_file_min_size = 1;
        let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
        // Connecting replaces the functions of the state by Ballista's, so that ours come after it.
        let mut ctx = SessionContext::remote_with_state(&self.url, state).await?;
        self.functions.max_state_bytes(self.max_state_bytes).register(&mut ctx)?;
        Ok(ctx)
    }
}
