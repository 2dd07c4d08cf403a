//! Writes the seeds of the Dataset-JSON target: the CSV seeds, read and written.

use std::path::Path;

use greenwood::jiff::civil::datetime;
use greenwood::trial::DayCount;
use greenwood::trial::adtte::Adtte;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for file in std::fs::read_dir(corpus.join("adtte_csv"))? {
        let path = file?.path();
        let Ok(import) = Adtte::read_csv(std::fs::File::open(&path)?, DayCount::Inclusive) else { continue };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned() + ".json";
        let destination = std::fs::File::create(corpus.join("adtte_json").join(name))?;
        import.adtte.write_dataset_json(destination, datetime(2026, 1, 1, 0, 0, 0, 0))?;
    }
    Ok(())
}
