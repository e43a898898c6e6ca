//! Where assistants and editors keep what was said to them and what they have seen.

use super::file::{FilePath, fits};

/// A place of transcripts.
struct Place {
    /// Folders that the file lies below; empty for anywhere.
    below: &'static str,
    /// Its name, in which `*` stands for any text.
    name: &'static str,
    /// Who writes it.
    by: &'static str,
}

const fn place(below: &'static str, name: &'static str, by: &'static str) -> Place {
    Place { below, name, by }
}

/// In lower case. Sources: the documentation of each program, else its code or the issues in its tracker that name the folder.
const PLACES: &[Place] = &[
    // One file for each session, and the prompts of all.
    place(".claude/projects", "*.jsonl", "a transcript of Claude Code"),
    place(".claude/transcripts", "*.jsonl", "a transcript of Claude Code"),
    place(".claude", "history.jsonl", "the prompts given to Claude Code"),
    // Copies of files before each change, of the shell's environment, and lists of what is to be done.
    place(".claude/file-history", "*", "a copy of a file that Claude Code changed"),
    place(".claude/shell-snapshots", "*", "a copy of the shell's environment that Claude Code made"),
    place(".claude/todos", "*.json", "a list that Claude Code keeps"),
    // `sessions/2026/01/16/rollout-….jsonl`.
    place(".codex/sessions", "*", "a transcript of Codex"),
    place(".codex/archived_sessions", "*", "a transcript of Codex"),
    place(".codex", "history.jsonl", "the prompts given to Codex"),
    // aider.chat/docs/config/options.html: history files in the project.
    place("", ".aider.chat.history.md", "a transcript of aider"),
    place("", ".aider.input.history", "the prompts given to aider"),
    place("", ".aider.llm.history", "a transcript of aider"),
    place(".continue/sessions", "*.json", "a transcript of Continue"),
    place(".continue/dev_data", "*.jsonl", "a transcript of Continue"),
    place(".specstory/history", "*.md", "a transcript that SpecStory saved"),
    place(".cursor/chats", "*", "a transcript of Cursor"),
    place(".cursor/projects", "*.jsonl", "a transcript of Cursor"),
    place("agent-transcripts", "*", "a transcript of Cursor"),
    // Below `workspaceStorage/<hash>` and `globalStorage` of VS Code and its kin.
    place("chatsessions", "*.json*", "a transcript of VS Code's chat"),
    place("chateditingsessions", "*", "a transcript of VS Code's chat"),
    place("emptywindowchatsessions", "*.json*", "a transcript of VS Code's chat"),
    place("transferredchatsessions", "*.json*", "a transcript of VS Code's chat"),
    place("github.copilot-chat/transcripts", "*.jsonl", "a transcript of Copilot"),
    place("github.copilot-chat", "session-store.db", "a transcript of Copilot"),
    place(".copilot/session-state", "*", "a transcript of Copilot"),
    // Cline and what grew out of it: one folder for each task.
    place("saoudrizwan.claude-dev/tasks", "*", "a transcript of Cline"),
    place(".cline/data/tasks", "*", "a transcript of Cline"),
    place("rooveterinaryinc.roo-cline/tasks", "*", "a transcript of Roo Code"),
    place("kilocode.kilo-code/tasks", "*", "a transcript of Kilo Code"),
    place("", "api_conversation_history.json", "a transcript of Cline or a relative"),
    // geminicli.com/docs/cli/session-management: chats, checkpoints and logs below `tmp/<project>`.
    place(".gemini/tmp", "*", "a transcript of Gemini CLI"),
    place(".qwen/tmp", "*", "a transcript of Qwen Code"),
    place("opencode/storage", "*.json", "a transcript of opencode"),
    place("opencode", "opencode.db", "a transcript of opencode"),
    place("goose/sessions", "*", "a transcript of goose"),
    place("amp/threads", "*.json", "a transcript of Amp"),
    place(".crush", "crush.db", "a transcript of Crush"),
    place(".factory/sessions", "*", "a transcript of Factory"),
    place(".openhands/sessions", "*", "a transcript of OpenHands"),
    place("zed/conversations", "*", "a transcript of Zed"),
    place("zed/threads", "*", "a transcript of Zed"),
    place(".codeium/windsurf/cascade", "*", "a transcript of Windsurf"),
    // llm.datasette.io/en/stable/logging.html
    place("io.datasette.llm", "logs.db", "the log of the program llm"),
    // JetBrains: requests and answers of the HTTP client.
    place(".idea/httprequests", "*", "what the HTTP client of an editor sent and received"),
    // Copies that editors keep of every saved version; Vim's registers and commands.
    place("code/user/history", "*", "the local history of VS Code"),
    place("cursor/user/history", "*", "the local history of Cursor"),
    place(".history", "*", "the local history of an editor"),
    place("", ".viminfo", "what Vim remembers"),
    place("", "main.shada", "what Neovim remembers"),
];

/// Extensions of what such programs write.
const DATA: &[&str] = &["", "db", "json", "jsonl", "log", "md", "sqlite", "txt", "yaml"];

/// What keeps the file, where it is known to keep what was said or seen.
pub(super) fn kept_by(file: &FilePath) -> Option<&'static str> {
    // Tools have the folders of their own code called so; what they write there is data.
    let data = DATA.contains(&file.extension());
    let holds = |place: &&Place| {
        let own = place.below.starts_with('.') || place.below.ends_with("/user/history") || place.name != "*" || data;
        own && fits(file.name(), place.name) && (place.below.is_empty() || file.is_below(place.below))
    };
    PLACES.iter().find(holds).map(|place| place.by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transcripts_are_told_from_the_settings_beside_them() {
        for path in [
            "home/a/.claude/projects/-home-a-app/1b2c.jsonl",
            ".claude/history.jsonl",
            ".claude/shell-snapshots/snapshot-zsh-1.sh",
            ".claude/file-history/ab/1@v1",
            ".codeium/windsurf/cascade/1.pb",
            ".codex/sessions/2026/01/16/rollout-1.jsonl",
            ".codex/history.jsonl",
            ".aider.chat.history.md",
            "app/.aider.input.history",
            ".continue/sessions/a.json",
            ".specstory/history/2026-01-01-fix.md",
            ".cursor/chats/a/b/store.db",
            ".cursor/projects/a/agent-transcripts/b.jsonl",
            "Code/User/workspaceStorage/ab12/chatSessions/c.json",
            "globalStorage/emptyWindowChatSessions/c.jsonl",
            "globalStorage/saoudrizwan.claude-dev/tasks/1/ui_messages.json",
            "tasks/1/api_conversation_history.json",
            ".gemini/tmp/ab12/chats/session-1.json",
            ".local/share/opencode/storage/part/msg_1/prt_1.json",
            ".idea/httpRequests/2026-01-01T000000.200.json",
            ".history/src/app_20240101.py",
        ] {
            assert!(kept_by(&FilePath::new(path)).is_some(), "{path}");
        }
        for path in [
            ".claude/settings.json",
            ".claude/projects.md",
            ".codex/config.toml",
            ".codex/auth.json",
            ".cursor/mcp.json",
            ".continue/config.json",
            ".aider.conf.yml",
            ".gemini/settings.json",
            "src/sessions/a.json",
            "chat/history.py",
            "opencode/config.json",
            ".idea/workspace.xml",
            ".vscode/settings.json",
            "src/goose/sessions/manager.rs",
            "crates/zed/conversations/store.rs",
            "src/vs/workbench/chatEditingSessions/service.ts",
            "src/agent-transcripts/reader.py",
        ] {
            assert_eq!(kept_by(&FilePath::new(path)), None, "{path}");
        }
    }
}
