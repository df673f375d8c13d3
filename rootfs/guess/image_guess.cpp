#include "rootfs/guess/image_guess.hpp"

#include "rootfs/guess/disk_parts.hpp"
#include "rootfs/guess/ext_tree.hpp"
#include "rootfs/guess/loader_guess.hpp"
#include "rootfs/guess/squashfs_tree.hpp"
#include "rootfs/guess/start_guess.hpp"
#include "rootfs/image/file.hpp"

#include <algorithm>
#include <optional>

namespace farboot::rootfs
{

namespace
{

using Use = DiskPart::Use;
using Trees = std::vector<std::unique_ptr<FileTree>>;

/// A loader lies before the first partition, or in one that is no larger.
constexpr std::uint64_t most_of_loader = 1024 * 1024;
/// Of a FAT, on which a loader lies, and often kernel and initramfs.
constexpr std::uint64_t most_of_fat = 64 * 1024 * 1024;
constexpr std::uint64_t block = 64 * 1024;

bool is_ext(const DiskPart& part)
{
    return part.content.starts_with("ext");
}

/// The beginning of a place without what is empty.
Result<std::vector<FileRange>> filled_blocks(const File& disk, const FileRange& place, std::uint64_t most)
{
    std::vector<FileRange> ranges;
    const auto end = place.offset + std::min(place.length, most);
    for (auto offset = place.offset; offset < end; offset += block) {
        const auto length = std::min(block, end - offset);
        const auto bytes = disk.read(offset, length);
        if (!bytes)
            return std::unexpected(bytes.error());
        if (bytes->find_first_not_of('\0') == std::string::npos)
            continue;
        if (!ranges.empty() && ranges.back().offset + ranges.back().length == offset)
            ranges.back().length += length;
        else
            ranges.push_back({offset, length});
    }
    return ranges;
}

/// A BIOS starts the code in the first sector; without any only UEFI starts the disk.
bool has_boot_code(const File& disk)
{
    constexpr std::uint64_t code_bytes = 440;
    const auto code = disk.read(0, code_bytes);
    return code && code->find_first_not_of('\0') != std::string::npos;
}

std::string contents_of(const std::vector<DiskPart>& parts)
{
    std::string text;
    for (const auto& part : parts)
        text += (text.empty() ? "" : ", ") + (part.content.empty() ? "unknown" : part.content);
    return text.empty() ? "neither partitions nor a file system" : text;
}

class DiskGuess
{
public:
    DiskGuess(const File& disk, const std::vector<DiskPart>& parts) : disk_(disk), parts_(parts) {}

    [[nodiscard]] Result<std::vector<FileRange>> take();

private:
    [[nodiscard]] Result<Trees> open_trees() const;
    [[nodiscard]] Result<void> take_loader();
    [[nodiscard]] Result<void> take_fats(bool efi_system);
    void add(const std::vector<FileRange>& ranges) { ranges_.insert(ranges_.end(), ranges.begin(), ranges.end()); }

    const File& disk_;
    const std::vector<DiskPart>& parts_;
    std::vector<FileRange> ranges_;
};

Result<void> DiskGuess::take_loader()
{
    std::vector<FileRange> places{{0, parts_.front().place.offset}};
    for (const auto& part : parts_)
        if (part.use == Use::bios_loader)
            places.push_back(part.place);
    for (const auto& place : places) {
        const auto filled = filled_blocks(disk_, place, most_of_loader);
        if (!filled)
            return std::unexpected(filled.error());
        add(*filled);
    }
    return {};
}

Result<void> DiskGuess::take_fats(bool efi_system)
{
    for (const auto& part : parts_) {
        if (part.content != "vfat" || (part.use == Use::efi_system) != efi_system)
            continue;
        const auto filled = filled_blocks(disk_, part.place, most_of_fat);
        if (!filled)
            return std::unexpected(filled.error());
        add(*filled);
    }
    return {};
}

/// Those that can be read.
Result<Trees> DiskGuess::open_trees() const
{
    Trees trees;
    std::optional<Error> first_error;
    for (const auto& part : parts_) {
        if (!is_ext(part))
            continue;
        auto tree = open_ext_tree(disk_.path(), part.place);
        if (tree)
            trees.push_back(std::move(*tree));
        else if (!first_error)
            first_error = std::move(tree.error());
    }
    if (trees.empty() && first_error)
        return std::unexpected(std::move(*first_error));
    return trees;
}

Result<std::vector<FileRange>> DiskGuess::take()
{
    // A disk for both kinds of firmware is read by one; a BIOS needs no EFI system partition.
    const auto bios = has_boot_code(disk_);
    if (auto done = take_loader(); !done)
        return std::unexpected(done.error());
    if (auto done = take_fats(false); !done)
        return std::unexpected(done.error());
    if (!bios)
        if (auto done = take_fats(true); !done)
            return std::unexpected(done.error());
    const auto trees = open_trees();
    if (!trees)
        return std::unexpected(trees.error());
    // A file system alone, without a loader in front of it, is a system's root: its kernel comes from elsewhere.
    if (bios || parts_.front().place.offset > 0)
        for (const auto& tree : *trees) {
            StartRanges ranges(*tree);
            guess_loader(*tree, ranges);
            add(ranges.take());
        }
    for (const auto& tree : *trees)
        add(guess_start(*tree, Hardware::virtual_machine));
    if (bios)
        if (auto done = take_fats(true); !done)
            return std::unexpected(done.error());
    return std::move(ranges_);
}

} // namespace

Result<std::vector<FileRange>> guess_image(const std::filesystem::path& image)
{
    const auto parts = read_disk_parts(image);
    if (!parts)
        return std::unexpected(parts.error());
    const auto nothing = [&](std::string_view what) {
        return fail("no-guess",
                    "{}: what a start reads of it cannot be guessed: {}. A trial boot finds out: farboot profile "
                    "learn.",
                    image.string(), what);
    };
    if (parts->size() == 1 && parts->front().content == "squashfs") {
        const auto tree = open_squashfs_tree(image);
        if (!tree)
            return std::unexpected(tree.error());
        auto ranges = guess_start(**tree, Hardware::pc);
        if (ranges.empty())
            return nothing("there is no systemd in it, nor another /sbin/init");
        return ranges;
    }
    if (std::ranges::none_of(*parts, is_ext))
        return nothing(fmt::format("it has {}, and Farboot reads squashfs and ext4", contents_of(*parts)));
    const auto disk = File::open(image);
    if (!disk)
        return std::unexpected(disk.error());
    return DiskGuess(*disk, *parts).take();
}

} // namespace farboot::rootfs
