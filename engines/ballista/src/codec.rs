//! Plans as bytes: Ballista's own way, with the options of the survival functions.

use std::sync::Arc;

use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{Result, TableReference};
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{AggregateUDF, Extension, HigherOrderUDF, LogicalPlan, ScalarUDF, WindowUDF};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::physical_expr::proto_decode::PhysicalExprDecodeCtx;
use datafusion::physical_expr_common::physical_expr::proto_encode::PhysicalExprEncodeCtx;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use greenwood_datafusion::{decode_options, encode_options};

/// A codec around another: the survival functions are written with their options, everything else is left to the codec inside.
///
/// The methods that are named are handed on as they stand, those for functions of every kind in any case.
macro_rules! codec {
    (
        $(#[$about:meta])*
        $name:ident: $kind:ident = $default:ident;
        $(fn $method:ident(&self $(, $argument:ident: $type:ty)* $(,)?) -> $returns:ty;)*
    ) => {
        $(#[$about])*
        ///
        /// Everything but the survival functions is left to the codec inside.
        #[derive(Debug)]
        pub struct $name {
            inner: Arc<dyn $kind>,
        }

        impl $name {
            /// Around a codec of the user's own.
            pub fn around(inner: Arc<dyn $kind>) -> Self {
                Self { inner }
            }
        }

        /// Around Ballista's.
        impl Default for $name {
            fn default() -> Self {
                Self::around(Arc::new($default::default()))
            }
        }

        impl $kind for $name {
            fn try_decode_udaf(&self, name: &str, buf: &[u8]) -> Result<Arc<AggregateUDF>> {
                decode_options(name, buf)?.map_or_else(|| self.inner.try_decode_udaf(name, buf), Ok)
            }

            fn try_encode_udaf(&self, node: &AggregateUDF, buf: &mut Vec<u8>) -> Result<()> {
                match encode_options(node) {
                    Some(bytes) => buf.extend(bytes),
                    None => self.inner.try_encode_udaf(node, buf)?,
                }
                Ok(())
            }

            codec!(@hand on
                fn try_decode_udf(&self, name: &str, buf: &[u8]) -> Result<Arc<ScalarUDF>>;
                fn try_encode_udf(&self, node: &ScalarUDF, buf: &mut Vec<u8>) -> Result<()>;
                fn try_decode_udwf(&self, name: &str, buf: &[u8]) -> Result<Arc<WindowUDF>>;
                fn try_encode_udwf(&self, node: &WindowUDF, buf: &mut Vec<u8>) -> Result<()>;
                fn try_decode_higher_order_function(&self, name: &str, buf: &[u8]) -> Result<Arc<HigherOrderUDF>>;
                fn try_encode_higher_order_function(&self, node: &HigherOrderUDF, buf: &mut Vec<u8>) -> Result<()>;
                $(fn $method(&self $(, $argument: $type)*) -> $returns;)*
            );
        }
    };
    (@hand on $(fn $method:ident(&self $(, $argument:ident: $type:ty)*) -> $returns:ty;)*) => {
        $(fn $method(&self $(, $argument: $type)*) -> $returns {
            self.inner.$method($($argument),*)
        })*
    };
}

codec! {
    /// Logical plans, which go from the client to the scheduler.
    LogicalCodec: LogicalExtensionCodec = BallistaLogicalExtensionCodec;

    fn try_decode(&self, buf: &[u8], inputs: &[LogicalPlan], ctx: &TaskContext) -> Result<Extension>;
    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Result<()>;
    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        table: &TableReference,
        schema: SchemaRef,
        ctx: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>>;
    fn try_encode_table_provider(
        &self,
        table: &TableReference,
        node: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Result<()>;
    fn try_decode_file_format(&self, buf: &[u8], ctx: &TaskContext) -> Result<Arc<dyn FileFormatFactory>>;
    fn try_encode_file_format(&self, buf: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()>;
}

codec! {
    /// Physical plans, which go from the scheduler to the executors.
    PhysicalCodec: PhysicalExtensionCodec = BallistaPhysicalExtensionCodec;

    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>>;
    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()>;
    fn try_decode_expr(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn PhysicalExpr>],
        ctx: &PhysicalExprDecodeCtx<'_>,
    ) -> Result<Arc<dyn PhysicalExpr>>;
    fn try_encode_expr(
        &self,
        node: &Arc<dyn PhysicalExpr>,
        buf: &mut Vec<u8>,
        ctx: &PhysicalExprEncodeCtx<'_>,
    ) -> Result<()>;
}
