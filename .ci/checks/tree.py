# SPDX-License-Identifier: MIT
"""The source tree as the checks see it: its files, their text, includes and layers."""
import hashlib
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.M)

# Comments, string and character literals; the text of each is blanked by Tree.code().
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)


class Tree:
    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.files = self._list_files()
        self._text = {}
        self.rank, self.layer_of_header = self._read_layers()

    def _list_files(self):
        """Tracked and new files, without the ignored; outside of git, all but build/."""
        git = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=self.root,
                             capture_output=True, text=True, check=False)
        if git.returncode == 0 and os.path.exists(os.path.join(self.root, ".git")):
            found = git.stdout.splitlines()
        else:
            found = []
            for folder, subfolders, names in os.walk(self.root):
                subfolders[:] = [s for s in subfolders if s not in ("build", ".git")]
                found += [os.path.relpath(os.path.join(folder, n), self.root) for n in names]
        return sorted(p for p in set(found) if os.path.isfile(os.path.join(self.root, p)))

    def _read_layers(self):
        """lib/LAYERS: the rank of each layer, ground first, and the layer of each public header."""
        rank, header = {}, {}
        for line in self.text("lib/LAYERS").splitlines():
            name, colon, names = line.partition(":")
            if not line.startswith("#") and colon:
                rank[name.strip()] = len(rank)
                header |= {h: name.strip() for h in names.split()}
        return rank, header

    def text(self, path):
        if path not in self._text:
            try:
                with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
                    self._text[path] = f.read()
            except OSError:
                self._text[path] = ""
        return self._text[path]

    def code(self, path):
        """The text with comments and literals blanked; lines stay where they are."""
        return NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), self.text(path))

    def matching(self, *folders, ends):
        return [p for p in self.files if p.startswith(folders) and p.endswith(ends)]

    def includes(self, path):
        """(line, target, quoted) of each include of a file."""
        text = self.text(path)
        return [(text.count("\n", 0, m.start()) + 1, m.group(2), m.group(1) == '"')
                for m in INCLUDE.finditer(text)]

    def resolve(self, target):
        """The file of this tree that an include names, or None for a header of others."""
        for place in ("lib/include/", "lib/", ""):
            if os.path.isfile(os.path.join(self.root, place + target)):
                return place + target
        return None

    def layer(self, path):
        """The layer of a file of lib/, or None."""
        public = re.fullmatch(r"lib/include/grove/(.+)\.hpp", path)
        if public:
            return self.layer_of_header.get(public.group(1))
        folder = re.match(r"lib/([a-z_]+)/", path)
        return folder.group(1) if folder and folder.group(1) in self.rank else None

    def digest(self, path, *more):
        """A hash of a file, of all files of this tree that it includes, and of `more`."""
        seen, todo = set(), [path]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            todo += filter(None, (self.resolve(t) for _, t, _ in self.includes(current)))
        total = hashlib.sha256("\0".join([path, *more]).encode())
        for name in sorted(seen):
            total.update(f"\0{name}\0{self.text(name)}".encode())
        return total.hexdigest()


def once_per_content(tree, kind, files, more, work):
    """Runs work(path), which returns findings, for files whose content was not found clean before.

    Clean results are remembered in build/lint/<kind>/, by content.
    """
    memory = os.path.join(tree.root, "build", "lint", kind)
    os.makedirs(memory, exist_ok=True)

    def one(path):
        mark = os.path.join(memory, tree.digest(path, *more))
        if os.path.exists(mark):
            return []
        found = work(path)
        if not found:
            open(mark, "w", encoding="ascii").close()
        return found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(one, files):
            yield from found
