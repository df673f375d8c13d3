# shellcheck shell=bash
# What the builders of the preboot system's two layers share. Everything that they copy comes from Debian packages.

# Stops with a sentence for the person who builds.
die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# Checks that programs are there. Arguments: program=package …
need_programs() {
  local item missing=()
  for item; do
    command -v "${item%%=*}" > /dev/null || missing+=("${item##*=}")
  done
  [ ${#missing[@]} -eq 0 ] || die "these Debian packages are missing: ${missing[*]}"
}

# Checks that busybox needs nothing besides itself: one of Debian's two is linked statically.
need_static_busybox() {
  ! ldd /bin/busybox > /dev/null 2>&1 || die "/bin/busybox needs libraries: install busybox-static instead of busybox"
}

# Puts an unpacked Debian package into the cache. Argument: its name. Prints the folder.
# It is not installed on this machine: a kernel or udev would change it.
unpacked_package() {
  local name=$1 version folder deb
  version=$(apt-cache policy "$name" | sed -n 's/^  Candidate: //p')
  case $version in
    '' | '(none)') die "there is no Debian package $name: run apt-get update" ;;
  esac
  folder=${FARBOOT_CACHE:-/var/cache/farboot}/packages/${name}_${version//[:\/]/_}
  if [ ! -d "$folder" ]; then
    mkdir -p "${folder%/*}"
    rm -rf "$folder.new"
    mkdir "$folder.new"
    (cd "$folder.new" && apt-get -qq -o APT::Sandbox::User=root download "$name=$version") >&2 ||
      die "the package $name $version could not be downloaded"
    deb=$(echo "$folder.new"/*.deb)
    dpkg-deb -x "$deb" "$folder.new/root"
    rm "$deb"
    # Two builds at once: the first one wins.
    mv -T "$folder.new" "$folder" 2> /dev/null || [ -d "$folder" ] || die "$folder cannot be made"
  fi
  echo "$folder/root"
}

# An empty tree with Debian's merged /usr. Argument: the tree.
make_tree() {
  mkdir -p "$1"/{dev,etc,proc,root,run,sys,tmp,usr/{bin,sbin,lib,lib64,lib/x86_64-linux-gnu}}
  chmod 1777 "$1/tmp"
  chmod 700 "$1/root"
  local name
  for name in bin sbin lib lib64; do
    ln -s "usr/$name" "$1/$name"
  done
}

# The same place below /usr: /lib/x → /usr/lib/x.
below_usr() {
  case $1 in
    /usr/*) echo "$1" ;;
    /bin/* | /sbin/* | /lib/* | /lib64/*) echo "/usr$1" ;;
    *) echo "$1" ;;
  esac
}

# Copies files of this machine to the same places in a tree. Arguments: the tree, files.
copy_files() {
  local tree=$1 file target
  shift
  for file; do
    target=$tree$(below_usr "$file")
    mkdir -p "${target%/*}"
    cp -L --preserve=mode "$file" "$target"
  done
}

# Copies the shared libraries that programs or libraries in a tree need, as this machine's loader finds them.
# Arguments: the tree, files in it.
copy_libraries() {
  local tree=$1 library missing
  shift
  missing=$(ldd "$@" 2> /dev/null | grep 'not found' || true)
  [ -z "$missing" ] || die "libraries are missing: $missing"
  ldd "$@" 2> /dev/null | sed -nE 's/^\s*(.* => )?(\/[^ ]+) \(0x.*/\2/p' | sort -u | while read -r library; do
    case $library in
      "$tree"/*) ;;
      *) [ -e "$tree$(below_usr "$library")" ] || copy_files "$tree" "$library" ;;
    esac
  done
}

# Takes symbols out of all programs and libraries of a tree that have any. Argument: the tree.
strip_tree() {
  local file
  find "$1/usr" -type f \( -perm /111 -o -name '*.so*' \) ! -name '*.ko' -print0 | while IFS= read -r -d '' file; do
    if [ "$(head -c 4 "$file" | tr -d '\0')" = $'\x7fELF' ]; then
      strip --strip-unneeded "$file" 2> /dev/null || true # a static-pie that has nothing to take away
    fi
  done
}

# Gives all files of a tree one time, so that equal content makes equal images. Argument: the tree.
fix_times() {
  find "$1" -exec touch -h -d @0 {} +
}

# A name for all that is in a tree, and for how the builder packs it. Argument: the tree.
tree_key() {
  (cd "$1" && {
    find . -printf '%P %y %m %l\n' | LC_ALL=C sort
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  }) | cat - "$0" | sha256sum | cut -c1-32
}
