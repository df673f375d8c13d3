#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <utility>

namespace farboot::uploads
{

/// The file of an upload that is on its way, held by one of all the programs that share the folder: it is locked
/// (flock) as long as this object exists, and free at once when its program is killed. Reasons: locked (another one has
/// it), disk-full, io.
class PartFile
{
public:
    enum class Missing { make, refuse };
    /// Further reason: not-found.
    [[nodiscard]] static Result<PartFile> open(const std::filesystem::path& path, Missing missing = Missing::refuse);
    PartFile(PartFile&& other) noexcept
        : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1))
    {
    }
    PartFile& operator=(PartFile&&) = delete;
    ~PartFile();

    [[nodiscard]] Result<std::uint64_t> size() const;
    /// Takes away what is behind `bytes`: nobody has been told that it is there.
    [[nodiscard]] Result<void> cut(std::uint64_t bytes);
    [[nodiscard]] Result<void> write(std::uint64_t offset, Bytes data);
    /// What was written is on the disk.
    [[nodiscard]] Result<void> sync();
    /// Of all of it. Further reason: cancelled.
    [[nodiscard]] Result<Digest> digest(const std::stop_token& stop) const;

private:
    PartFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

    std::filesystem::path path_;
    int descriptor_;
};

} // namespace farboot::uploads
