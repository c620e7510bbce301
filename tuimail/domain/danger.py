"""What opening a file with another program may do. Pure; decided by name and type, whichever says worse."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROGRAMS = _words(
    "app appimage apk bat bin cmd com command cpl deb desktop dmg exe gadget hta inf ins jar jnlp lnk mde msc msi msix"
    " msp mst nix out pif pkg reg rpm run scf scr sct sys url vb workflow xll"
)
_SCRIPTS = _words(
    "awk bash csh fish js jse ksh lua mjs php pl ps1 psm1 py pyc pyw pyz rb sh tcl tool vbe vbs ws wsf wsh zsh"
)
_MACROS = _words("accdb ade adp docm dotm mdb odb potm ppam ppsm pptm slk xlam xlsb xlsm xltm")
_DISKS = _words("img iso vhd vhdx")
_PAGES = _words("htm html mht mhtml shtml svg svgz xht xhtml xml xsl xslt")
_PROGRAM_TYPES = frozenset(
    {
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/vnd.microsoft.portable-executable",
        "application/x-apple-diskimage",
        "application/x-dosexec",
        "application/x-elf",
        "application/x-executable",
        "application/x-mach-binary",
        "application/x-ms-shortcut",
        "application/x-msdos-program",
        "application/x-msdownload",
        "application/x-sharedlib",
    }
)
_SCRIPT_WORDS = ("script", "x-sh", "x-csh", "x-perl", "x-python", "x-ruby", "x-php")


def danger_of(name: str, *types: str) -> str:
    """Why to think twice, as a sentence; empty for what is not known to act by itself."""
    _, dot, ending = name.lower().rpartition(".")
    ending = ending if dot else ""
    kinds = [kind.lower() for kind in types]
    if ending in _PROGRAMS or any(kind in _PROGRAM_TYPES for kind in kinds):
        return "This is a program. Whoever sent it decides what it does on this machine."
    if ending in _SCRIPTS or any(word in kind for kind in kinds for word in _SCRIPT_WORDS):
        return "This is a script. Whoever sent it decides what it does on this machine."
    if ending in _MACROS or any("macroenabled" in kind for kind in kinds):
        return "This document may hold macros, which are programs of whoever sent it."
    if ending in _DISKS:
        return "This is the image of a disk. Programs inside come without the warnings that files from the net get."
    if ending in _PAGES or any(kind in {"text/html", "image/svg+xml", "application/xhtml+xml"} for kind in kinds):
        return "This is a web page: opened elsewhere it may load things from the network and run scripts."
    return ""
