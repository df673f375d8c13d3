#include "server/uploads/folder.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/image/file.hpp"

#include <chrono>

namespace farboot::uploads
{

namespace fs = std::filesystem;

Result<void> Folder::make() const
{
    std::error_code error;
    if (fs::create_directories(path_, error))
        fs::permissions(path_, fs::perms::owner_all, error);
    if (error)
        return fail(error == std::errc::no_space_on_device ? "disk-full" : "io",
                    "The folder for uploads {} cannot be made: {}.", path_.string(), error.message());
    return {};
}

Result<PartFile> Folder::open_part(std::int64_t id) const
{
    if (auto made = make(); !made)
        return std::unexpected(made.error());
    std::error_code error;
    const bool there = fs::exists(part(id), error);
    auto file = PartFile::open(part(id), PartFile::Missing::make);
    if (file && !there)
        if (auto synced = rootfs::sync_folder(path_); !synced)
            return std::unexpected(synced.error());
    return file;
}

std::uint64_t Folder::part_bytes(std::int64_t id) const
{
    std::error_code error;
    const auto bytes = fs::file_size(part(id), error);
    return error ? 0 : bytes;
}

Result<void> Folder::finish(std::int64_t id) const
{
    std::error_code error;
    fs::rename(part(id), whole(id), error);
    if (error)
        return fail("io", "{} cannot get its name: {}.", part(id).string(), error.message());
    return rootfs::sync_folder(path_);
}

void Folder::remove(std::int64_t id) const
{
    std::error_code ignored;
    remove_part(id);
    fs::remove(whole(id), ignored);
}

bool Folder::remove_part(std::int64_t id) const
{
    std::error_code ignored;
    return fs::remove(part(id), ignored);
}

Result<std::uint64_t> Folder::free_bytes() const
{
    if (auto made = make(); !made)
        return std::unexpected(made.error());
    std::error_code error;
    const auto space = fs::space(path_, error);
    if (error)
        return fail("io", "Nobody knows how much room {} has: {}.", path_.string(), error.message());
    return space.available;
}

std::vector<std::int64_t> Folder::old_files() const
{
    std::vector<std::int64_t> ids;
    std::error_code error;
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
    for (const auto& file : fs::directory_iterator(path_, error)) {
        const auto name = file.path().stem().string();
        const auto id = rootfs::to_number<std::int64_t>(name);
        std::error_code gone;
        const bool is_old = file.last_write_time(gone) < old && !gone;
        if (id && is_old)
            ids.push_back(*id);
    }
    return ids;
}

} // namespace farboot::uploads
