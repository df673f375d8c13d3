#include "rootfs/guess/image_guess.hpp"

#include "rootfs/guess/disk_parts.hpp"
#include "rootfs/guess/ext_tree.hpp"
#include "rootfs/guess/loader_guess.hpp"
#include "rootfs/guess/squashfs_tree.hpp"
#include "rootfs/guess/start_guess.hpp"
#include "rootfs/image/file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

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

/// The beginning of a place without what is empty; less if it is stopped.
Result<std::vector<FileRange>> filled_blocks(const File& disk, const FileRange& place, std::uint64_t most,
                                             const std::stop_token& stop)
{
    std::vector<FileRange> ranges;
    const auto end = place.offset + std::min(place.length, most);
    for (auto offset = place.offset; offset < end && !stop.stop_requested(); offset += block) {
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

/// In the order of the first way; what only another one reads comes after it.
bool guess_starts(const FileTree& tree, Hardware hardware, const StartHints& hints, StartRanges& ranges)
{
    const auto cmdlines = hints.cmdlines.empty() ? std::vector<std::string>{""} : hints.cmdlines;
    bool found = false;
    for (const auto& cmdline : cmdlines)
        found |= guess_start(tree, {hardware, StartUnits::of(cmdline)}, ranges);
    return found;
}

class DiskGuess
{
public:
    DiskGuess(const File& disk, const std::vector<DiskPart>& parts, const StartHints& hints, TreeBudget& budget)
        : disk_(disk), parts_(parts), hints_(hints), firmware_(hints.firmware), budget_(budget)
    {
    }

    /// Without ranges if no system starts from it.
    [[nodiscard]] Result<ImageGuess> take();

private:
    [[nodiscard]] Result<void> take_loader();
    [[nodiscard]] Result<void> take_fats(bool efi_system);
    [[nodiscard]] Result<void> take_filled(const FileRange& place, std::uint64_t most);
    [[nodiscard]] Result<Trees> open_trees();

    const File& disk_;
    const std::vector<DiskPart>& parts_;
    const StartHints& hints_;
    Firmware firmware_;
    TreeBudget& budget_;
    StartRanges ranges_;
    std::vector<std::string> left_out_;
};

Result<void> DiskGuess::take_loader()
{
    if (auto done = take_filled({0, parts_.front().place.offset}, most_of_loader); !done)
        return done;
    for (const auto& part : parts_)
        if (part.use == Use::bios_loader)
            if (auto done = take_filled(part.place, most_of_loader); !done)
                return done;
    return {};
}

Result<void> DiskGuess::take_fats(bool efi_system)
{
    for (const auto& part : parts_)
        if (part.content == "vfat" && (part.use == Use::efi_system) == efi_system)
            if (auto done = take_filled(part.place, most_of_fat); !done)
                return done;
    return {};
}

Result<void> DiskGuess::take_filled(const FileRange& place, std::uint64_t most)
{
    const auto filled = filled_blocks(disk_, place, most, budget_.stop);
    if (!filled)
        return std::unexpected(filled.error());
    for (const auto& range : *filled)
        ranges_.add(range);
    return {};
}

/// Those that can be read. An error if there is none.
Result<Trees> DiskGuess::open_trees()
{
    Trees trees;
    std::optional<Error> first_error;
    std::uint64_t end = 0; // of those before
    for (const auto& part : parts_) {
        if (!is_ext(part))
            continue;
        if (part.place.offset < end) {
            left_out_.push_back(fmt::format("{}: its partition at byte {} begins within one before it.",
                                            disk_.path().string(), part.place.offset));
            continue;
        }
        end = part.place.offset + part.place.length;
        auto tree = open_ext_tree(disk_.path(), part.place, budget_);
        if (tree) {
            trees.push_back(std::move(*tree));
        } else {
            left_out_.push_back(tree.error().sentence);
            if (!first_error)
                first_error = std::move(tree.error());
        }
    }
    if (trees.empty() && first_error)
        return std::unexpected(std::move(*first_error));
    return trees;
}

Result<ImageGuess> DiskGuess::take()
{
    // A disk for both kinds of firmware is read by one; a BIOS needs no EFI system partition.
    const auto boot_code = has_boot_code(disk_);
    if (firmware_ == Firmware::unknown)
        firmware_ = boot_code ? Firmware::bios : Firmware::uefi;
    const auto bios = firmware_ == Firmware::bios;
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
    bool found = false;
    // A file system alone, without a loader in front of it, is a system's root: its kernel comes from elsewhere.
    if (boot_code || parts_.front().place.offset > 0)
        for (const auto& tree : *trees)
            found |= guess_loader(*tree, firmware_, ranges_);
    for (const auto& tree : *trees)
        found |= guess_starts(*tree, Hardware::virtual_machine, hints_, ranges_);
    if (!found)
        return ImageGuess{{}, std::move(left_out_)};
    if (bios)
        if (auto done = take_fats(true); !done)
            return std::unexpected(done.error());
    return ImageGuess{ranges_.take(), std::move(left_out_)};
}

Result<ImageGuess> guess_squashfs(const std::filesystem::path& image, const StartHints& hints, TreeBudget& budget)
{
    const auto tree = open_squashfs_tree(image, budget);
    if (!tree)
        return std::unexpected(tree.error());
    StartRanges ranges;
    (void)guess_starts(**tree, Hardware::pc, hints, ranges); // if there is nothing, the ranges say so
    return ImageGuess{ranges.take(), {}};
}

Result<ImageGuess> guess_disk(const std::filesystem::path& image, const std::vector<DiskPart>& parts,
                              const StartHints& hints, TreeBudget& budget)
{
    const auto disk = File::open(image);
    if (!disk)
        return std::unexpected(disk.error());
    return DiskGuess(*disk, parts, hints, budget).take();
}

} // namespace

Result<ImageGuess> guess_image(const std::filesystem::path& image, const StartHints& hints, const std::stop_token& stop)
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
    const auto squashfs = parts->size() == 1 && parts->front().content == "squashfs";
    if (!squashfs && std::ranges::none_of(*parts, is_ext))
        return nothing(fmt::format("it has {}, and Farboot reads squashfs and ext4", contents_of(*parts)));
    TreeBudget budget;
    budget.stop = stop;
    auto guess = squashfs ? guess_squashfs(image, hints, budget) : guess_disk(image, *parts, hints, budget);
    if (stop.stop_requested())
        return fail("cancelled", "{}: guessing what a start reads of it was stopped.", image.string());
    if (guess && guess->ranges.empty()) {
        std::string what = "there is no systemd in it, nor another /sbin/init, nor a boot loader's configuration";
        for (const auto& sentence : guess->left_out)
            what += "; " + sentence;
        return nothing(what);
    }
    return guess;
}

} // namespace farboot::rootfs
