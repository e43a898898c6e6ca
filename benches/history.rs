//! Writes a large history as a stream for `git fast-import`, the same one each time: `cargo run --example history | git
//! fast-import`. See `history.sh`.

use std::io::{self, BufWriter, Write};

#[path = "../tests/support/prng.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is the tests' own, and they need more of it")]
mod prng;
#[path = "../tests/support/template.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is the tests' own, and they need more of it")]
mod template;

use prng::SplitMix64;

const COMMITS: usize = 30_000;
const FILES: usize = 2_000;
/// Lines that files are made of.
const POOL: usize = 30_000;
/// Every so many commits one is made on a branch of its own and merged.
const MERGES: usize = 40;
/// Keys that come with one commit and go with a later one.
const KEYS: usize = 6;
/// 2020-01-01.
const START: u64 = 1_577_836_800;

const WORDS: &str = "account address append array assert await batch buffer build cache call channel check class client clone close code \
    column commit config connect context copy count cursor data date debug decode default delete depth device drop encode entry \
    error event expect export field file filter find first flush format frame future generic group guard handle handler hash header \
    index init inner insert instance item iter join key kind label last layer length level limit line link list load local lock \
    loop match merge message method mode model module move name next node number object offset open option order output owner page \
    parent parse part path pattern pending pointer pool port prefix print process public push query queue range read record ref \
    region reject remove render reply request reset result retry return risk root route row scan schema scope search select self send \
    session shape share size skip slice socket sort source span split stack start state static status step store stream string \
    struct style suffix super switch table tag target task test text thread time token trace track tree type union unit update user \
    value vector version view visit wait walk width window with word worker wrap write yield zero";
const SUFFIXES: &[&str] = &["rs", "py", "ts", "go", "java", "js", "c", "h", "md", "yaml", "json", "toml"];
const HOSTS: &[&str] =
    &["example.com", "static.example.net", "cdn.example.org", "docs.example.com", "intranet.example"];

struct Writer<W: Write> {
    random: SplitMix64,
    lines: Vec<String>,
    files: Vec<(String, Vec<u32>)>,
    mark: usize,
    out: W,
}

fn main() -> io::Result<()> {
    let mut random = SplitMix64::new(2026);
    let lines = lines(&mut random);
    let files = (0..FILES).map(|number| file(number, &mut random)).collect();
    let mut writer =
        Writer { random, lines, files, mark: 0, out: BufWriter::with_capacity(1 << 20, io::stdout().lock()) };
    writer.history()?;
    writer.out.flush()
}

/// A line as source files have them; one in a hundred speaks of OpenAI, one in forty holds a URL.
fn lines(random: &mut SplitMix64) -> Vec<String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let line = |_| {
        let mut word = || words[random.below(words.len())];
        let (a, b, c, d) = (word(), word(), word(), word());
        match random.below(200) {
            0 => format!("client = OpenAI(api_key=os.environ[\"OPENAI_API_KEY\"], timeout={a}_{b})"),
            1 => "    base_url: \"https://api.openai.com/v1\",".to_owned(),
            2..=6 => format!("// see https://{}/{a}/{b}-{c}", HOSTS[random.below(HOSTS.len())]),
            7..=30 => String::new(),
            31..=90 => format!("    let {a}_{b} = self.{c}.{d}({}, {b})?;", random.below(1000)),
            91..=130 => format!("        if {a}.{b}() != {c}_{d} {{"),
            131..=150 => format!("fn {a}_{b}({c}: &{d}) -> Result<{a}> {{"),
            _ => format!("    {a} {b} {c}, {d}: {}", random.below(100_000)),
        }
    };
    (0..POOL).map(line).collect()
}

/// A path and the lines of a file; most are short, some long. One in twenty may take lines that speak of OpenAI.
fn file(number: usize, random: &mut SplitMix64) -> (String, Vec<u32>) {
    let suffix = SUFFIXES[random.below(SUFFIXES.len())];
    let path = format!("packages/part{:02}/{}/file{number}.{suffix}", number / 50, ["src", "lib"][number % 2]);
    let length = 60 + random.below(500) + if random.below(8) == 0 { random.below(6000) } else { 0 };
    (path, (0..length).map(|_| pick(random)).collect())
}

fn pick(random: &mut SplitMix64) -> u32 {
    u32::try_from(random.below(POOL)).expect("the pool is small")
}

impl<W: Write> Writer<W> {
    fn history(&mut self) -> io::Result<()> {
        let all: Vec<usize> = (0..FILES).collect();
        let first = self.blobs(&all)?;
        let mut tip = self.commit("main", 0, &[], &first)?;
        let spacing = COMMITS / (KEYS + 1);
        for number in 1..COMMITS {
            let changed: Vec<usize> = (0..1 + self.random.below(3)).map(|_| self.random.below(FILES)).collect();
            changed.iter().for_each(|&file| self.edit(file));
            let mut blobs = self.blobs(&changed)?;
            let (age, key) = (number % spacing, number / spacing);
            if age == 40 {
                blobs.extend(self.key(key)?);
            } else if age == 50 {
                blobs.push(format!("D conf/old{key}.env"));
            }
            if number % MERGES == 0 {
                let side = self.commit("side", number, &[tip], &blobs)?;
                let other = self.random.below(FILES);
                self.edit(other);
                let more = self.blobs(&[other])?;
                tip = self.commit("main", number, &[tip], &more)?;
                tip = self.commit("main", number, &[tip, side], &blobs)?;
            } else {
                tip = self.commit("main", number, &[tip], &blobs)?;
            }
            if number % 500 == 0 {
                writeln!(self.out, "reset refs/tags/v{}\nfrom :{tip}\n", number / 500)?;
            }
        }
        Ok(())
    }

    /// A small step: some lines changed, one in or out.
    fn edit(&mut self, file: usize) {
        let (random, lines) = (&mut self.random, &mut self.files[file].1);
        for _ in 0..1 + random.below(5) {
            let at = random.below(lines.len());
            match random.below(4) {
                0 => lines.insert(at, pick(random)),
                1 if lines.len() > 20 => drop(lines.remove(at)),
                _ => lines[at] = pick(random),
            }
        }
    }

    /// Writes files as they are now. Returns what a commit says of them.
    fn blobs(&mut self, files: &[usize]) -> io::Result<Vec<String>> {
        let mut said = Vec::new();
        for &file in files {
            let quiet = file % 20 != 0;
            let text: Vec<&str> = self.files[file].1.iter().map(|&line| self.line(line, quiet)).collect();
            let text = text.join("\n");
            let mark = self.blob(&text)?;
            said.push(format!("M 100644 :{mark} {}", self.files[file].0));
        }
        Ok(said)
    }

    /// A line; for most files one that does not speak of OpenAI.
    fn line(&self, number: u32, quiet: bool) -> &str {
        let line = &self.lines[number as usize];
        if quiet && line.to_ascii_lowercase().contains("openai") { "    }" } else { line }
    }

    fn key(&mut self, number: usize) -> io::Result<Option<String>> {
        if number >= KEYS {
            return Ok(None);
        }
        let key = template::modern("sk-proj-", 74, 7_000 + number as u64);
        let mark = self.blob(&format!("MODE=fast\nOPENAI_API_KEY={key}\n"))?;
        Ok(Some(format!("M 100644 :{mark} conf/old{number}.env")))
    }

    fn blob(&mut self, text: &str) -> io::Result<usize> {
        self.mark += 1;
        writeln!(self.out, "blob\nmark :{}\ndata {}\n{text}", self.mark, text.len())?;
        Ok(self.mark)
    }

    fn commit(&mut self, branch: &str, number: usize, parents: &[usize], said: &[String]) -> io::Result<usize> {
        self.mark += 1;
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let message: Vec<&str> = (0..12).map(|_| words[self.random.below(words.len())]).collect();
        let message = message.join(" ");
        let (who, when) = (self.random.below(40), START + number as u64 * 600);
        let (out, mark) = (&mut self.out, self.mark);
        writeln!(out, "commit refs/heads/{branch}\nmark :{mark}")?;
        for role in ["author", "committer"] {
            writeln!(out, "{role} Person {who} <p{who}@corp.example> {when} +0000")?;
        }
        writeln!(out, "data {}\n{message}", message.len())?;
        for (index, parent) in parents.iter().enumerate() {
            writeln!(out, "{} :{parent}", if index == 0 { "from" } else { "merge" })?;
        }
        said.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        writeln!(out)?;
        Ok(mark)
    }
}
