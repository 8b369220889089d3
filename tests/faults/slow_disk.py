"""Makes every sync of this process's SQLite files take longer, as on a worn or busy disk."""

import _sqlite3  # the library that Python's own module is bound to
import ctypes
import time
from functools import partial
from typing import Any

_OK = 0
_METHODS = 18  # function pointers of sqlite3_io_methods, behind its version
_SYNC = 4  # xClose, xRead, xWrite, xTruncate, xSync
_OPENERS_PLACE = 0  # the first function of sqlite3_vfs
_FUNCTIONS_OF_VFS = 15

_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)  # the name stays a pointer: SQLite keeps it for as long as the file is open


class _Methods(ctypes.Structure):
    _fields_ = (("version", ctypes.c_int), ("functions", ctypes.c_void_p * _METHODS))


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("own", ctypes.c_void_p),
        ("functions", ctypes.c_void_p * _FUNCTIONS_OF_VFS),
    )


_alive: list[Any] = []  # what SQLite keeps pointers to


def slow_down(seconds: float) -> None:
    """Let every sync of files opened from now on take `seconds` longer."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = _Vfs.from_buffer_copy(library.sqlite3_vfs_find(None).contents)
    really_open = _Open(vfs.functions[_OPENERS_PLACE])

    def open_slowly(own: int, name: int, file: int, flags: int, told: int) -> int:
        code: int = really_open(own, name, file, flags, told)
        opened = _File.from_address(file)
        if code == _OK and opened.methods:
            slow = _Methods.from_buffer_copy(opened.methods.contents)
            really_sync = _Sync(slow.functions[_SYNC])
            sync = _Sync(partial(_sync_slowly, seconds, really_sync))
            slow.functions[_SYNC] = ctypes.cast(sync, ctypes.c_void_p).value
            opened.methods = ctypes.pointer(slow)
            _alive.extend((slow, sync, really_sync))
        return code

    opener = _Open(open_slowly)
    vfs.functions[_OPENERS_PLACE] = ctypes.cast(opener, ctypes.c_void_p).value
    vfs.name = b"slow"
    _alive.extend((vfs, opener, really_open))
    assert library.sqlite3_vfs_register(ctypes.byref(vfs), 1) == _OK


def _sync_slowly(seconds: float, really_sync: Any, file: int, how: int) -> int:
    time.sleep(seconds)
    code: int = really_sync(file, how)
    return code
