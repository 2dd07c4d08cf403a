"""The Parquet files of this folder, written by pyarrow 26.0.1 (through pandas 2.3.3) and polars 2.1.0:
the rows of ../aml.csv and ../veteran.csv, as the two write them by default and with other types."""
import pandas as pd, polars as pl, pyarrow as pa, pyarrow.parquet as pq, datetime as dt, decimal, os
os.chdir(os.path.dirname(os.path.abspath(__file__)))
aml = pd.read_csv("../aml.csv")
cat = aml.assign(x=aml.x.astype(str).astype("category"), status=aml.status.astype(bool))
cat.to_parquet("aml_pandas.parquet", index=False)                      # Snappy; dictionary of int8
pl.from_pandas(aml).with_columns(pl.col("x").cast(pl.String).cast(pl.Categorical)).write_parquet("aml_polars.parquet")  # Zstd; dictionary of uint32
p = pl.from_pandas(aml)
p.with_columns(pl.col("time").cast(pl.Float32), pl.col("status").cast(pl.Int8)).write_parquet("aml_polars_plain.parquet", row_group_size=5)
os.makedirs("aml_folder/x=2", exist_ok=True)                           # a folder, in two levels
pq.write_table(pa.Table.from_pandas(aml[:10], preserve_index=False), "aml_folder/a.parquet", compression="zstd")
pq.write_table(pa.Table.from_pandas(aml[10:], preserve_index=False), "aml_folder/x=2/b.parquet", compression="snappy")
start = [dt.date(2020, 1, 31) + dt.timedelta(days=i) for i in range(len(aml))]
end = [s + dt.timedelta(days=int(t) * 7) for s, t in zip(start, aml.time)]
pq.write_table(pa.table({
    "start": pa.array(start, pa.date32()), "end": pa.array(end, pa.date32()),
    "start_us": pa.array([dt.datetime(s.year, s.month, s.day) for s in start], pa.timestamp("us")),
    "end_ns": pa.array([dt.datetime(e.year, e.month, e.day, 12) for e in end], pa.timestamp("ns")),
    "end_utc": pa.array([dt.datetime(e.year, e.month, e.day) for e in end], pa.timestamp("ms", "UTC")),
    "weeks": pa.array([decimal.Decimal(int(t)) for t in aml.time], pa.decimal128(10, 2)),
    "duration": pa.array([dt.timedelta(weeks=int(t)) for t in aml.time], pa.duration("s")),
    "outcome": pa.array(["relapse" if s else "well" for s in aml.status], pa.large_string()),
    "x": pa.array([str(x) for x in aml.x], pa.string()).dictionary_encode().cast(pa.dictionary(pa.int32(), pa.string())),
    "list": pa.array([[1]] * len(aml)),
}), "aml_types.parquet")
hole = aml.astype({"time": "Float64", "status": "Int64"})
hole.loc[3, "time"] = pd.NA
hole.loc[7, "x"] = None
hole.to_parquet("aml_nulls.parquet", index=False)
pq.write_table(pa.Table.from_pandas(aml[:0], preserve_index=False), "aml_empty.parquet")
for codec in ["gzip", "lz4", "brotli"]:                                # what a cluster's writer may have been told to use
    pq.write_table(pa.Table.from_pandas(aml, preserve_index=False), f"aml_{codec}.parquet", compression=codec)
pd.read_csv("../veteran.csv").to_parquet("veteran.parquet", index=False)
pbc = pd.read_csv("../pbc.csv")[["time", "status", "sex", "stage", "edema"]].astype({"stage": "Int64"})
pq.write_table(pa.Table.from_pandas(pbc, preserve_index=False), "pbc.parquet", row_group_size=60)
