#include "rootfs/cli/publish_image.hpp"

#include "rootfs/cli/console.hpp"
#include "rootfs/cli/profile_command.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/image/predecessor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace farboot::rootfs
{

void add_cutting_options(CLI::App& command, std::string& chunking, int& zstd_level)
{
    command.add_option("--zstd", zstd_level, "Compression level")
        ->check(CLI::Range(min_zstd_level, max_zstd_level))
        ->capture_default_str();
    command.add_option("--chunking", chunking, "How to cut the image: by content (file systems), or fixed (disks)")
        ->check(CLI::IsMember({"content", "fixed"}))
        ->capture_default_str();
}

Result<PublishedImage> publish_with_progress(StoreWriter& writer, const ImageSource& image, const std::string& chunking,
                                             int zstd_level, const std::string& doing, const std::stop_token& stop)
{
    Progress checking("Checking packs");
    Progress progress(fmt::format("{} {}", doing, std::filesystem::path(image.name).filename().string()));
    PublishOptions options{.chunking = chunking == "fixed" ? Chunking::fixed : Chunking::content,
                           .zstd_level = zstd_level};
    options.checking = [&](std::uint64_t done, std::uint64_t total) { checking.update(done, total); };
    options.progress = [&](const PublishProgress& now) {
        const auto data = std::max<std::uint64_t>(now.read_bytes - now.zero_bytes, 1);
        progress.update(
            now.read_bytes, now.total_bytes,
            fmt::format("{} % deduplicated, {} new", now.known_bytes * 100 / data, bytes_text(now.stored_bytes)));
    };
    auto published = publish_image(writer, image, options, stop);
    if (published)
        for (const auto& damaged : published->damaged_packs)
            note(fmt::format("A damaged pack is not used: {}", damaged.sentence));
    return published;
}

bool inherit_with_note(StoreWriter& writer, const Digest& image)
{
    const auto stored = LocalImage::open(writer.store(), image);
    if (stored && !stored->locator().hot().rows.empty())
        return true;
    const auto heritage = inherit_from_store(writer, image);
    if (!heritage)
        note(fmt::format("The image gets no boot profile: {}", heritage.error().sentence));
    else if (const auto& found = *heritage)
        note(fmt::format("Boot profile inherited from {}: {} chunks unchanged, {} in the place of changed ones, {}.",
                         found->predecessor.hex().substr(0, 12), found->same, found->moved, bytes_text(found->bytes)));
    return heritage && *heritage;
}

namespace
{

/// Libraries take an image's files apart; what they cannot do must not end a publication.
Result<Learnt> try_to_guess(StoreWriter& writer, const Digest& image, const GuessPlan& plan,
                            const std::stop_token& stop)
try {
    return guess_profile(writer, image, plan, stop);
} catch (const std::exception& error) {
    return fail("no-guess", "{}: what a start reads of it cannot be guessed: {}.", plan.file, error.what());
}

std::string text_of(const Learnt& guessed, bool had_one)
{
    const auto bytes = bytes_text(guessed.pack.list.pack.bytes);
    if (!had_one)
        return fmt::format("Boot profile guessed from the image's files: {} chunks, {}. A trial boot knows more: "
                           "farboot profile learn.",
                           guessed.pack.list.rows.size(), bytes);
    return fmt::format("Boot profile, which was guessed, too: {} chunks that this record's start reads besides, {}.",
                       guessed.added, bytes);
}

} // namespace

Result<void> guess_with_note(StoreWriter& writer, const Digest& image, const std::string& file, const StartHints& hints,
                             const std::stop_token& stop)
{
    const auto stored = LocalImage::open(writer.store(), image);
    const auto had_one = stored && !stored->locator().hot().rows.empty();
    if (had_one && !stored->locator().hot().guessed)
        return {};
    GuessPlan plan{file, hints};
    plan.add = true;
    const auto guessed = try_to_guess(writer, image, plan, stop);
    if (!guessed && guessed.error().reason == "cancelled")
        return std::unexpected(guessed.error());
    if (guessed) {
        note(text_of(*guessed, had_one));
        for (const auto& sentence : guessed->left_out)
            note(fmt::format("Not guessed: {}", sentence));
    } else {
        note(fmt::format("The image gets no guessed boot profile: {}", guessed.error().sentence));
    }
    return {};
}

Result<void> learn_with_note(StoreWriter& writer, const std::filesystem::path& files, const std::string& payload,
                             const TrialOptions& options, const std::stop_token& stop)
{
    const auto learnt = learn_profile(writer, files, payload, options, default_hot_pack_bytes >> 20, stop);
    if (learnt)
        note(fmt::format("Boot profile from a trial boot: {} chunks, {}.", learnt->pack.list.rows.size(),
                         bytes_text(learnt->pack.list.pack.bytes)));
    else if (stop.stop_requested())
        return std::unexpected(learnt.error());
    else
        note(fmt::format("The image gets no profile from a trial boot: {} It can be made later: farboot profile learn.",
                         learnt.error().sentence));
    return {};
}

nlohmann::json to_json(const PublishedImage& image)
{
    return {{"manifest", image.ref.manifest.hex()},
            {"root_bytes", image.ref.root_bytes},
            {"bytes", image.ref.bytes},
            {"zero_bytes", image.totals.zero_bytes},
            {"known_bytes", image.totals.known_bytes},
            {"new_chunks", image.totals.new_chunks},
            {"stored_bytes", image.totals.stored_bytes},
            {"new_packs", image.totals.new_packs}};
}

} // namespace farboot::rootfs
