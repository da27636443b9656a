# What `start` and `test` share: a Python environment of our own, and the system libraries that Qt links to.
# Sourced by both, with $tree set to the folder of the checkout.

say() { printf 'tallylight: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# A checkout that belongs to somebody else is copied to where we may write, and used from there.
own_tree() {
    if [ -w "$tree" ]; then return; fi
    copy="${XDG_CACHE_HOME:-$HOME/.cache}/tallylight/checkout"
    mkdir -p "$copy" 2>/dev/null || fail "neither $tree nor $copy can be written to"
    find "$copy" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    (cd "$tree" && tar -cf - --exclude=./.git --exclude=./build .) | (cd "$copy" && tar -xf -)
    tree=$copy
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 python; do
        if has "$candidate" && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and this machine has $(python3 --version 2>/dev/null || echo none)." \
        "Install one, or name it: PYTHON=/path/to/python3.12 sh packaging/start"
}

# set_up run|test: the environment in build/venv. Again only when pyproject.toml or the folder has changed.
set_up() {
    own_tree
    venv="$tree/build/venv"
    stamp="$tree $(cksum <"$tree/pyproject.toml")"
    if [ "$(cat "$venv/$1.stamp" 2>/dev/null)" = "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null; then return; fi
    find_python
    say "setting up in $venv (once; it takes a minute)"
    if [ "$(cat "$venv/tree" 2>/dev/null)" != "$tree" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        make_venv
    fi
    wanted=$(mktemp)
    if [ "$1" = test ]; then development_needs >"$wanted"; fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted" -e "$tree" ||
        fail "the packages could not be installed; the reason stands above"
    rm -f "$wanted"
    printf '%s\n' "$stamp" >"$venv/$1.stamp"
}

make_venv() {
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        install_debian "$package" || fail "Python's venv module is missing; install it: sudo apt-get install $package"
    fi
    "$python" -m venv --clear "$venv" || fail "no environment could be made in $venv"
    printf '%s\n' "$tree" >"$venv/tree"
}

# The pip that comes with Python 3.11 cannot read dependency groups yet.
development_needs() {
    (cd "$tree" && "$venv/bin/python" -c '
import tomllib
with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["dev"]))')
}

# Whether we may install without asking for a password.
may_install() { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

install_debian() {
    if ! has apt-get || ! may_install; then return 1; fi
    say "installing with apt-get: $*"
    set -- env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"
    # The first try fails where package lists were never fetched, or are too old.
    as_root "$@" >/dev/null 2>&1 || { as_root apt-get -qq update >/dev/null && as_root "$@" >/dev/null; }
}

has_screen() { [ "$(uname)" != Linux ] || [ -n "${WAYLAND_DISPLAY:-}${DISPLAY:-}" ]; }

# qt_misses x11|wayland|none: the libraries that Qt links to and that the loader does not find.
qt_misses() {
    has ldd || return 0
    qt=$("$venv/bin/python" -c 'import PySide6; print(PySide6.__path__[0])')
    set -- "$qt/QtWidgets.abi3.so" "$qt/QtNetwork.abi3.so" "$qt/Qt/plugins/platforms/libq$1.so"
    for file in "$@"; do
        if [ -e "$file" ]; then ldd "$file"; fi
    done | awk '/not found/ { print $1 }' | sort -u
}

# The packages that bring the libraries named, as this system's installer knows them.
packages_of() {
    if has apt-get; then
        column=2
    elif has pacman; then
        column=3
    else
        for library in "$@"; do printf '%s()(64bit) ' "$library"; done # dnf and zypper find a package by its library
        return
    fi
    for library in "$@"; do
        name=$(awk -v l="$library" -v c="$column" '$1 == l { print $c }' "$tree/packaging/libraries.txt")
        printf '%s ' "${name:-$library}"
    done
}

# install_qt_libraries xcb|wayland|offscreen: false when some are missing and stay so; says then what to install.
install_qt_libraries() {
    missing=$(qt_misses "$1")
    if [ -z "$missing" ]; then return; fi
    # shellcheck disable=SC2046,SC2086 # each word is a name
    set -- $(packages_of $missing)
    names=$*
    if has apt-get; then
        install_debian "$@" && return
        installer="apt-get install"
    elif has dnf; then
        may_install && as_root dnf -q -y install "$@" && return
        installer="dnf install" names=$(printf "'%s' " "$@")
    elif has pacman; then
        may_install && as_root pacman -S --noconfirm --needed "$@" && return
        installer="pacman -S"
    else
        installer="zypper install" names=$(printf "'%s' " "$@")
    fi
    # shellcheck disable=SC2086 # on one line
    say "Qt needs" $missing "- install with: sudo $installer $names"
    return 1
}

# What PyInstaller needs of a Linux system: tools that look into libraries, Python's own library, and those of Qt that it
# packs as it finds them.
install_bundle_tools() {
    if [ "$(uname)" != Linux ]; then return; fi
    version=$("$venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    has objdump && has as || install_debian binutils || fail "binutils is missing"
    "$venv/bin/python" -c 'import ctypes, sysconfig; ctypes.CDLL(sysconfig.get_config_var("INSTSONAME"))' 2>/dev/null ||
        install_debian "libpython$version" || fail "libpython$version is missing"
    install_qt_libraries xcb && install_qt_libraries wayland
}
