#pragma once

#include "server/uploads/part_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace farboot::uploads
{

/// The folder of uploads: `<id>.part` is on its way, `<id>` whole and checked. Servers of one database share it.
class Folder
{
public:
    Folder() = default;
    explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] std::filesystem::path whole(std::int64_t id) const { return path_ / std::to_string(id); }
    [[nodiscard]] std::filesystem::path part(std::int64_t id) const { return path_ / (std::to_string(id) + ".part"); }

    /// Makes the folder where it is missing, and the file, for good. Reasons: those of PartFile.
    [[nodiscard]] Result<PartFile> open_part(std::int64_t id) const;
    /// Bytes that the file on its way has; 0 without one.
    [[nodiscard]] std::uint64_t part_bytes(std::int64_t id) const;
    /// Gives the file its name as a whole one, for good. Reason: io.
    [[nodiscard]] Result<void> finish(std::int64_t id) const;
    /// What cannot be removed stays, and takes room.
    void remove(std::int64_t id) const;
    /// The file on its way alone; true if it was there.
    bool remove_part(std::int64_t id) const;
    /// What may still be written there. Reason: io.
    [[nodiscard]] Result<std::uint64_t> free_bytes() const;
    /// The ids of all files that have not changed for a day.
    [[nodiscard]] std::vector<std::int64_t> old_files() const;

private:
    [[nodiscard]] Result<void> make() const;

    std::filesystem::path path_;
};

} // namespace farboot::uploads
