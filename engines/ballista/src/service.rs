//! The parts of a cluster that wait for work.

use std::sync::Arc;

use ballista_core::error::{BallistaError, Result};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::ExecutorProcessConfig;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::PhysicalExtensionCodec;
use greenwood_datafusion::Functions;

use crate::codec::{LogicalCodec, PhysicalCodec};

/// The largest message between the parts of a cluster, in bytes, unless they are told otherwise: 16 MiB, Ballista's own default.
pub const MESSAGE_BYTES: usize = 16 << 20;

/// A scheduler's configuration with the survival functions, and with the codecs that carry their options.
///
/// Hand it to Ballista's `start_server`, or to [`serve`]. Codecs and a session builder that were set before stay, inside ours.
pub fn scheduler(config: SchedulerConfig) -> SchedulerConfig {
    let mut config = config;
    let before = config.override_session_builder.take();
    config.override_session_builder = Some(Arc::new(move |session| {
        let mut state = match &before {
            Some(builder) => builder(session),
            None => default_session_builder(session),
        }?;
        Functions::new().register(&mut state)?;
        Ok(state)
    }));
    config.override_logical_codec = Some(logical(config.override_logical_codec.take()));
    config.override_physical_codec = Some(physical(config.override_physical_codec.take()));
    config
}

/// An executor's configuration with the survival functions, and with the codecs that carry their options.
///
/// Hand it to Ballista's `start_executor_process`. Functions and codecs that were set before stay.
pub fn executor(config: ExecutorProcessConfig) -> ExecutorProcessConfig {
    let mut config = config;
    let registry = config.override_function_registry.take().unwrap_or_default();
    let mut aggregate_functions = registry.aggregate_functions.clone();
    // The defaults are in order, so that there is no error to report.
    for function in Functions::new().all().unwrap_or_default() {
        aggregate_functions.insert(function.name().to_string(), function);
    }
    config.override_function_registry = Some(Arc::new(BallistaFunctionRegistry {
        scalar_functions: registry.scalar_functions.clone(),
        aggregate_functions,
        window_functions: registry.window_functions.clone(),
        higher_order_functions: registry.higher_order_functions.clone(),
    }));
    config.override_logical_codec = Some(logical(config.override_logical_codec.take()));
    config.override_physical_codec = Some(physical(config.override_physical_codec.take()));
    config
}

/// Our codec around the one that was set before, or around Ballista's.
fn logical(before: Option<Arc<dyn LogicalExtensionCodec>>) -> Arc<dyn LogicalExtensionCodec> {
    Arc::new(before.map_or_else(LogicalCodec::default, LogicalCodec::around))
}

fn physical(before: Option<Arc<dyn PhysicalExtensionCodec>>) -> Arc<dyn PhysicalExtensionCodec> {
    Arc::new(before.map_or_else(PhysicalCodec::default, PhysicalCodec::around))
}

/// Runs a scheduler on the configuration's `bind_host` and `bind_port` until it is stopped.
///
/// # Errors
/// A configuration error where the address is none; those of Ballista.
pub async fn serve(config: SchedulerConfig) -> Result<()> {
    let address = format!("{}:{}", config.bind_host, config.bind_port);
    let address = address.parse().map_err(|_| {
        BallistaError::Configuration(format!("{address} is no address and port, as in 0.0.0.0:50050"))
    })?;
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, address, Arc::new(config)).await
}
