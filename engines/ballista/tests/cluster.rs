//! A scheduler and two executors as processes on this machine: the bits of a query on a cluster are those of one machine, and
//! what cannot work is said in words.

mod common;

use common::{Parts, bits, local, median, table};
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use greenwood_ballista::{Cluster, words};
use greenwood_datafusion::{Functions, Nulls};

const QUERIES: [&str; 8] = [
    "SELECT arm, km_median(time, event), km_median_lower(time, event), km_survival_at(time, event, 12.0) FROM p GROUP BY arm ORDER BY arm",
    "SELECT arm, km_survival_at_ci(time, event, 20.0)['upper'], km_survival_at_se(time, event, 20.0), km_rmst(time, event, 30.0), \
     nelson_aalen_at(time, event, 25.0), km_quantile(time, event, 0.25) FROM p GROUP BY arm ORDER BY arm",
    "SELECT km_median(time, event), events(time, event), person_time(time, event), km_skipped(time, event) FROM p",
    "SELECT logrank_chi2(time, event, arm), logrank_df(time, event, arm), logrank_p(time, event, arm, site) FROM p",
    "SELECT cuminc_at(time, cause, 'relapse', 15.0), cuminc_at_se(time, cause, 'death', 15.0) FROM p",
    "SELECT arm, km_median(time, event, entry), km_median(time, event, NULL, weight) FROM p GROUP BY arm ORDER BY arm",
    "SELECT c['time'] AS t, c['survival'], c['std_error'] FROM (SELECT unnest(km_curve(time, event)) AS c FROM p WHERE arm = 'B') ORDER BY t",
    "SELECT site, km_median(time, event) FILTER (WHERE arm = 'A'), count(*) FROM p GROUP BY site ORDER BY site",
];

async fn answer(ctx: &SessionContext, query: &str) -> Vec<Vec<Option<u64>>> {
    let frame = ctx.sql(query).await.unwrap_or_else(|e| panic!("{query}: {e}"));
    bits(&frame.collect().await.unwrap_or_else(|e| panic!("{query}: {e}")))
}

async fn refusal(ctx: &SessionContext, query: &str) -> String {
    let error = match ctx.sql(query).await {
        Ok(frame) => frame.collect().await.err(),
        Err(error) => Some(error),
    };
    words(&error.unwrap_or_else(|| panic!("{query} is no error")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_gives_the_bits_of_one_machine() {
    let folder = table("bits", 4_000);
    let parts = Parts::start();
    let cluster = Cluster::new(parts.url()).partitions(8).connect().await.unwrap();
    let (one, eight) = (local(1, Functions::new()), local(8, Functions::new()));
    for ctx in [&one, &eight, &cluster] {
        ctx.register_parquet("p", folder.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap();
    }
    for query in QUERIES {
        let expected = answer(&one, query).await;
        assert!(expected.iter().flatten().any(Option::is_some), "{query}");
        assert_eq!(answer(&eight, query).await, expected, "8 partitions: {query}");
        assert_eq!(answer(&cluster, query).await, expected, "the cluster: {query}");
        println!("same bits on 1 partition, 8 partitions and the cluster: {query}");
    }
    let of_all = answer(&cluster, "SELECT km_median(time, event) FROM p").await;
    assert_eq!(of_all, [[Some(median(&folder).to_bits())]], "the library's median");
    assert_eq!(parts.executors_that_worked(), 2, "both executors have handed on states");
}

/// The options of the functions are the client's: they travel with the plan.
#[tokio::test(flavor = "multi_thread")]
async fn options_travel_with_the_plan() {
    let folder = table("options", 400);
    let parts = Parts::start();
    let functions = Functions::new().level(0.8);
    let query = "SELECT arm, km_survival_at_lower(time, event, 12.0) FROM p GROUP BY arm ORDER BY arm";
    let (narrow, wide) = (local(2, functions), local(2, Functions::new()));
    let cluster = Cluster::new(parts.url()).functions(functions).partitions(4).connect().await.unwrap();
    for ctx in [&narrow, &wide, &cluster] {
        ctx.register_parquet("p", folder.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap();
    }
    assert_ne!(answer(&narrow, query).await, answer(&wide, query).await);
    assert_eq!(answer(&cluster, query).await, answer(&narrow, query).await);

    let strict =
        Cluster::new(parts.url()).functions(Functions::new().nulls(Nulls::Refuse)).connect().await.unwrap();
    strict.register_parquet("p", folder.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap();
    let said =
        refusal(&strict, "SELECT km_median(CASE WHEN site = 1 THEN NULL ELSE time END, event) FROM p").await;
    assert!(said.starts_with("km_median: ") && said.contains("NULL"), "{said}");
    let said = refusal(&cluster, "SELECT km_median(-time, event) FROM p").await;
    assert!(said.starts_with("km_median: ") && said.contains("row"), "{said}");
    let said = refusal(&cluster, "SELECT km_median(DISTINCT time, event) FROM p").await;
    assert!(said.contains("takes no DISTINCT"), "{said}");
}

/// States are sent in messages: many that are together larger than one are divided, one that is larger is refused in words.
#[tokio::test(flavor = "multi_thread")]
async fn states_are_bounded_by_the_message() {
    const MESSAGE: usize = 4 << 20;
    let folder = table("large", 1_800_000);
    let parts = Parts::start_with(&["--max-message-bytes", &MESSAGE.to_string()]);
    let cluster =
        Cluster::new(parts.url()).partitions(4).max_message_bytes(MESSAGE).max_state_bytes(MESSAGE / 4 * 3);
    let ctx = cluster.connect().await.unwrap();
    let one = local(1, Functions::new());
    for ctx in [&one, &ctx] {
        ctx.register_parquet("p", folder.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap();
    }
    // Executors on one machine would read each other's files.
    ctx.sql("SET ballista.shuffle.force_remote_read = true").await.unwrap().collect().await.unwrap();
    let query = "SELECT site, km_median(time, event) FROM p GROUP BY site ORDER BY site";
    // 600,000 continuous times: 3.6 million bytes of states.
    assert_eq!(answer(&ctx, query).await, answer(&one, query).await);
    // A state of 150,000 times takes 0.9 million bytes.
    let small = Cluster::new(parts.url()).partitions(4).max_state_bytes(500_000).connect().await.unwrap();
    small.register_parquet("p", folder.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap();
    let said = refusal(&small, "SELECT km_median(time, event) FROM p").await;
    assert!(said.contains("the state of a group takes") && said.contains("Round the times"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_without_the_functions_are_named() {
    let folder = table("strangers", 100);
    let path = folder.to_str().unwrap();
    let query = "SELECT km_median(time, event) FROM p";

    let nobody = format!("df://127.0.0.1:{}", common::free_ports(1)[0]);
    let ctx = Cluster::new(&nobody).connect().await.unwrap();
    ctx.register_parquet("p", path, ParquetReadOptions::default()).await.unwrap();
    let said = refusal(&ctx, query).await;
    assert!(said.starts_with("no scheduler answers"), "{said}");

    let stranger = Parts::with_a_scheduler_of_ballista().await;
    let ctx = Cluster::new(stranger.url()).connect().await.unwrap();
    ctx.register_parquet("p", path, ParquetReadOptions::default()).await.unwrap();
    let said = refusal(&ctx, query).await;
    assert!(
        said.starts_with(
            "the scheduler does not know km_median: start it with `greenwood-ballista scheduler`"
        ),
        "{said}"
    );

    let stranger = Parts::with_an_executor_of_ballista().await;
    let ctx = Cluster::new(stranger.url()).connect().await.unwrap();
    ctx.register_parquet("p", path, ParquetReadOptions::default()).await.unwrap();
    let said = refusal(&ctx, query).await;
    assert!(
        said.starts_with(
            "an executor does not know the survival functions: start each with `greenwood-ballista executor`"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn a_connection_that_cannot_work_is_refused() {
    let said = |cluster: Cluster| async move { words(&cluster.connect().await.err().unwrap()) };
    let cluster = Cluster::new("df://127.0.0.1:50050");
    assert!(said(cluster.clone().partitions(0)).await.contains("there are 0 partitions"));
    assert!(said(cluster.clone().max_state_bytes(1 << 24)).await.contains("does not fit into a message"));
    assert!(
        said(cluster.clone().max_state_bytes(1).max_message_bytes(1 << 20))
            .await
            .contains("at least 4194304")
    );
    assert!(said(cluster.functions(Functions::new().level(95.0))).await.contains("the level is 95"));
}

#[test]
fn the_program_prints_rows_and_errors() {
    let folder = table("program", 200);
    let parts = Parts::start();
    let asked = |arguments: &[&str]| common::program(arguments);
    let p = format!("p={}", folder.display());
    let query = "SELECT arm, km_median(time, event) AS median FROM p GROUP BY arm ORDER BY arm";
    let out = asked(&["sql", query, "--scheduler", &parts.url(), "--table", &p, "--partitions", "4"]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.starts_with("arm,median\nA,") && text.lines().count() == 4, "{text}");
    let out = asked(&["sql", "SELECT km_mode(time) FROM p", "--scheduler", &parts.url(), "--table", &p]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!((out.status.code(), said.lines().count(), out.stdout.len()), (Some(2), 1, 0), "{said}");
    for (arguments, text) in [
        (&["executor", "--scheduler", "nowhere"][..], "--scheduler nowhere must be HOST:PORT"),
        (&["executor", "--vcores", "0"], "--vcores is 0"),
        (&["executor", "--port", "65535"], "--port 65535 leaves no port"),
        (&["scheduler", "--host", "a b"], "a b:50050 is no address and port"),
        (&["sql", "SELECT 1", "--max-message-bytes", "99999999999"], "--max-message-bytes is 99999999999"),
    ] {
        let out = asked(arguments);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains(text), "{said}");
    }
}
