//! The functions as DataFusion sees them, and how they are registered.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::types::{logical_boolean, logical_float64, logical_string};
use datafusion_common::{Result, not_impl_err, plan_err};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::registry::FunctionRegistry;
use datafusion_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Coercion, DocSection, Documentation, GroupsAccumulator,
    Signature, TypeSignature, TypeSignatureClass, Volatility,
};

use crate::accumulators::{Grouped, Plain};
use crate::arguments::Task;
use crate::quantity::{self, Part, Quantity, Role};
use crate::types::check_types;

/// Registers every function with its defaults: see [`Functions`].
///
/// # Errors
/// Those of the registry.
pub fn register_all(registry: &mut impl FunctionRegistry) -> Result<()> {
    Functions::new().register(registry)
}

/// What happens to rows whose time, event, arm, stratum or weight is `NULL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Nulls {
    /// They are skipped, as `avg` does it. `km_skipped` counts them.
    #[default]
    Skip,
    /// They are an error that names column and row.
    Refuse,
}

/// The functions with their options.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`nulls`](Self::nulls) | skip | what happens to rows with `NULL` |
/// | [`level`](Self::level) | 0.95 | coverage of the limits, inside (0, 1) |
/// | [`max_state_bytes`](Self::max_state_bytes) | 2³⁰ | the largest state of a group that is handed on |
///
/// ```
/// use datafusion::prelude::SessionContext;
/// use greenwood_datafusion::{Functions, Nulls};
///
/// let mut ctx = SessionContext::new();
/// Functions::new().nulls(Nulls::Refuse).level(0.9).register(&mut ctx)?;
/// assert!(ctx.udaf("km_median_lower").is_ok());
/// assert!(Functions::new().level(95.0).register(&mut ctx).is_err());
/// # use datafusion::execution::FunctionRegistry;
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is registered until `.register(…)` is called"]
pub struct Functions {
    pub(crate) nulls: Nulls,
    pub(crate) level: f64,
    pub(crate) max_state_bytes: usize,
}

impl Default for Functions {
    fn default() -> Self {
        Self { nulls: Nulls::Skip, level: 0.95, max_state_bytes: 1 << 30 }
    }
}

impl Functions {
    /// The functions with their defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What happens to rows with `NULL`.
    pub fn nulls(self, nulls: Nulls) -> Self {
        Self { nulls, ..self }
    }

    /// The coverage of the limits.
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// The largest encoded state of a group, in bytes, that is handed from one stage of a query to the next. Between the
    /// machines of a cluster it must fit into a message (Ballista: 16 MB unless configured).
    pub fn max_state_bytes(self, bytes: usize) -> Self {
        Self { max_state_bytes: bytes, ..self }
    }

    /// Every function.
    ///
    /// # Errors
    /// A plan error where the level is not inside (0, 1).
    pub fn all(&self) -> Result<Vec<Arc<AggregateUDF>>> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return plan_err!("the level is {}, but must be inside (0, 1)", self.level);
        }
        Ok(quantity::all().map(|(q, part)| Arc::new(SurvivalFunction::new(q, part, *self).into())).collect())
    }

    /// Registers every function with a session, a context or another registry.
    ///
    /// # Errors
    /// As [`all`](Self::all); those of the registry.
    pub fn register(&self, registry: &mut impl FunctionRegistry) -> Result<()> {
        for function in self.all()? {
            registry.register_udaf(function)?;
        }
        Ok(())
    }
}

/// One function.
#[derive(Debug)]
pub(crate) struct SurvivalFunction {
    quantity: Quantity,
    part: Part,
    options: Functions,
    name: String,
    signature: Signature,
    documentation: Documentation,
}

/// Functions are equal that compute the same with the same options.
impl PartialEq for SurvivalFunction {
    fn eq(&self, other: &Self) -> bool {
        (self.quantity, self.part, self.options) == (other.quantity, other.part, other.options)
    }
}

impl Eq for SurvivalFunction {}

impl Hash for SurvivalFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Functions { nulls, level, max_state_bytes } = self.options;
        (self.quantity, self.part, nulls, level.to_bits(), max_state_bytes).hash(state);
    }
}

const SECTION: DocSection = DocSection {
    include: true,
    label: "Survival Functions",
    description: Some("Survival analysis by greenwood."),
};

/// The types that `SHOW FUNCTIONS` shows: it knows none of a signature that coerces by itself.
fn shown(arguments: &[(&str, Role)]) -> Vec<Coercion> {
    let native = |role| match role {
        Role::Event => logical_boolean(),
        Role::Cause | Role::CauseAsked | Role::Arm | Role::Stratum | Role::WeightKind => logical_string(),
        Role::Time | Role::Number | Role::Entry | Role::Weight => logical_float64(),
    };
    arguments.iter().map(|&(_, role)| Coercion::new_exact(TypeSignatureClass::Native(native(role)))).collect()
}

impl SurvivalFunction {
    pub(crate) fn new(quantity: Quantity, part: Part, options: Functions) -> Self {
        let name = quantity.name(part);
        let (arguments, required) = quantity.arguments();
        let names: Vec<&str> = arguments.iter().map(|a| a.0).collect();
        let optional = names[required..].join(" [, ");
        let syntax = format!(
            "{name}({} [, {optional}{})",
            names[..required].join(", "),
            "]".repeat(names.len() - required)
        );
        let mut documentation = Documentation::builder(SECTION, quantity.description(part), syntax);
        for (name, role) in &arguments {
            documentation = documentation.with_argument(*name, quantity::meaning(*role));
        }
        let shown = [required, arguments.len()].map(|n| TypeSignature::Coercible(shown(&arguments[..n])));
        let signatures = [TypeSignature::UserDefined].into_iter().chain(shown).collect();
        let signature = Signature::one_of(signatures, Volatility::Immutable);
        Self { quantity, part, options, name, signature, documentation: documentation.build() }
    }

    pub(crate) fn options(&self) -> Functions {
        self.options
    }

    fn task(&self, args: &AccumulatorArgs) -> Result<Arc<Task>> {
        if args.is_distinct {
            return not_impl_err!(
                "{} takes no DISTINCT: two subjects with the same time and event are two. Choose distinct rows in a \
                 subquery, if that is meant",
                self.name
            );
        }
        if !args.order_bys.is_empty() {
            return not_impl_err!("{} takes no ORDER BY: the order of the rows does not matter", self.name);
        }
        Ok(Arc::new(Task::new(self.quantity, self.part, self.options, args)?))
    }
}

impl AggregateUDFImpl for SurvivalFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        check_types(self.quantity, &self.name, types)?;
        Ok(self.quantity.return_type(self.part))
    }

    /// Every type passes: [`return_type`](Self::return_type), which is asked next, refuses those that cannot be taken without
    /// the words that are put around an error here, and batches are cast where they are read.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Plain::new(self.task(&args)?)))
    }

    fn create_sliding_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        not_impl_err!(
            "{} over a frame that moves: rows are added to a risk table, not taken away. OVER (PARTITION BY …) and frames \
             that start at UNBOUNDED PRECEDING work",
            self.name
        )
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![
            Arc::new(Field::new(format!("{}[risk_table]", args.name), DataType::LargeBinary, true)),
            Arc::new(Field::new(format!("{}[skipped]", args.name), DataType::Int64, false)),
        ])
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Grouped::new(self.task(&args)?)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}
