#include "rootfs/image/store_writer.hpp"

#include "rootfs/image/file.hpp"

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

Result<StoreWriter> StoreWriter::open(const std::filesystem::path& folder)
{
    if (const auto opened = Store::open(folder); !opened && opened.error().reason != "not-found")
        return std::unexpected(opened.error());
    for (const auto* part : {"tmp", "v1/manifests", "v1/locators", "v1/packs", "v1/files"}) {
        std::error_code error;
        std::filesystem::create_directories(folder / part, error);
        if (error)
            return fail("io", "Cannot create {}: {}.", (folder / part).string(), error.message());
    }
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
    return writer;
}

StoreWriter::StoreWriter(StoreWriter&& other) noexcept
    : store_(std::move(other.store_)), temporary_(std::move(other.temporary_)), lock_(std::exchange(other.lock_, -1))
{
}

StoreWriter::~StoreWriter()
{
    if (lock_ >= 0)
        ::close(lock_);
}

Result<void> StoreWriter::write(const std::filesystem::path& target, Bytes data)
{
    auto file = AtomicFile::create(temporary_);
    if (!file)
        return std::unexpected(file.error());
    if (auto done = file->write(data); !done)
        return done;
    return file->commit(target);
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
    auto copy = AtomicFile::create(temporary_);
    if (!copy)
        return std::unexpected(copy.error());
    Sha256 hash;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(*size, 1 << 20));
    for (std::uint64_t offset = 0; offset < *size; offset += buffer.size()) {
        const auto piece = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), *size - offset));
        if (auto done = source->read(offset, piece); !done)
            return std::unexpected(std::move(done.error()));
        hash.update(piece);
        if (auto done = copy->write(piece); !done)
            return std::unexpected(std::move(done.error()));
    }
    const FileRef ref{hash.finish(), *size};
    if (auto done = copy->commit(store_.file(ref.digest)); !done)
        return std::unexpected(std::move(done.error()));
    return ref;
}

} // namespace farboot::rootfs
