#include "rootfs/image/store_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_file_bytes = std::uint64_t{4} << 30;

} // namespace

Result<StoreWriter> StoreWriter::open_existing(const std::filesystem::path& folder)
{
    if (const auto store = Store::open(folder); !store)
        return std::unexpected(store.error());
    return open(folder);
}

Result<StoreWriter> StoreWriter::open(const std::filesystem::path& folder)
{
    if (const auto opened = Store::open(folder); !opened && opened.error().reason != "not-found")
        return std::unexpected(opened.error());
    for (const auto* part : {"tmp", "v1/manifests", "v1/locators", "v1/packs", "v1/files"})
        if (auto created = create_folders(folder / part); !created)
            return std::unexpected(std::move(created.error()));
    const auto lock_file = folder / "lock";
    const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0)
        return fail("io", "Cannot open {}: {}.", lock_file.string(), std::strerror(errno));
    StoreWriter writer(Store(folder), lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return fail("store-busy", "Another program is writing into the store {}: try again when it is done.",
                    folder.string());
    // What a killed writer left. No other one can be at work.
    std::error_code error;
    for (const auto& left : std::filesystem::directory_iterator(writer.temporary_, error))
        std::filesystem::remove(left.path(), error);
    auto retired = RetiredList::load(writer.store_);
    if (!retired)
        return std::unexpected(retired.error());
    writer.retired_ = std::move(*retired);
    return writer;
}

StoreWriter::StoreWriter(StoreWriter&& other) noexcept
    : store_(std::move(other.store_)),
      temporary_(std::move(other.temporary_)),
      retired_(std::move(other.retired_)),
      lock_(std::exchange(other.lock_, -1))
{
}

StoreWriter::~StoreWriter()
{
    if (lock_ >= 0)
        ::close(lock_);
}

Result<void> StoreWriter::write(const std::filesystem::path& target, Bytes data)
{
    if (auto done = write_file(target, data, temporary_); !done)
        return done;
    return use_again(target);
}

Result<void> StoreWriter::use_again(const std::filesystem::path& target)
{
    const auto file = store_.relative(target);
    if (!retired_.contains(file))
        return {};
    auto list = retired_;
    list.remove(file);
    return set_retired(std::move(list));
}

Result<void> StoreWriter::set_retired(RetiredList list)
{
    if (auto done = write_file(RetiredList::path(store_), as_bytes(list.to_json()), temporary_); !done)
        return done;
    retired_ = std::move(list);
    return {};
}

Result<bool> StoreWriter::remove(const std::filesystem::path& target)
{
    std::error_code error;
    const bool removed = std::filesystem::remove(target, error);
    if (error)
        return fail("io", "Cannot remove {}: {}.", target.string(), error.message());
    if (removed)
        if (auto synced = sync_folder(target.parent_path()); !synced)
            return std::unexpected(std::move(synced.error()));
    return removed;
}

Result<StoreWriter::Copied> StoreWriter::copy_beside(const File& source, std::uint64_t bytes) const
{
    auto copy = AtomicFile::create(temporary_);
    if (!copy)
        return std::unexpected(copy.error());
    Sha256 hash;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(bytes, 1 << 20));
    for (std::uint64_t offset = 0; offset < bytes; offset += buffer.size()) {
        const auto piece = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), bytes - offset));
        if (auto done = source.read(offset, piece); !done)
            return std::unexpected(std::move(done.error()));
        hash.update(piece);
        if (auto done = copy->write(piece); !done)
            return std::unexpected(std::move(done.error()));
    }
    return Copied{std::move(*copy), hash.finish()};
}

Result<FileRef> StoreWriter::add_file(const std::filesystem::path& source_path)
{
    const auto source = File::open(source_path);
    if (!source)
        return std::unexpected(source.error());
    const auto size = source->size();
    if (!size)
        return std::unexpected(size.error());
    if (*size == 0 || *size > max_file_bytes)
        return fail("file-size", "{} has {} bytes; a file of the store has 1 … {}.", source_path.string(), *size,
                    max_file_bytes);
    auto copied = copy_beside(*source, *size);
    if (!copied)
        return std::unexpected(copied.error());
    if (auto done = adopt(std::move(copied->file), store_.file(copied->digest)); !done)
        return std::unexpected(std::move(done.error()));
    return FileRef{copied->digest, *size};
}

Result<void> StoreWriter::copy(const std::filesystem::path& source_path, const Digest& digest,
                               const std::filesystem::path& target)
{
    const auto source = File::open(source_path);
    if (!source)
        return std::unexpected(source.error());
    const auto size = source->size();
    if (!size)
        return std::unexpected(size.error());
    auto copied = copy_beside(*source, *size);
    if (!copied)
        return std::unexpected(copied.error());
    if (copied->digest != digest)
        return fail("digest-mismatch", "{} was altered: its digest is {}.", source_path.string(), copied->digest.hex());
    return adopt(std::move(copied->file), target);
}

Result<void> StoreWriter::adopt(AtomicFile file, const std::filesystem::path& target)
{
    if (auto done = file.commit(target); !done)
        return done;
    return use_again(target);
}

} // namespace farboot::rootfs
