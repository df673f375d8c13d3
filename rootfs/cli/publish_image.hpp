#pragma once

#include "rootfs/cli/trial_boot.hpp"
#include "rootfs/guess/image_guess.hpp"
#include "rootfs/image/publisher.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include <stop_token>
#include <string>

/// What the commands share that put an image into a store.
namespace farboot::rootfs
{

/// --chunking (content or fixed) and --zstd.
void add_cutting_options(CLI::App& command, std::string& chunking, int& zstd_level);

/// Publishes with a line of progress that starts with `doing`, and notes damaged packs. Reasons: those of
/// publish_image().
[[nodiscard]] Result<PublishedImage> publish_with_progress(StoreWriter& writer, const ImageSource& image,
                                                           const std::string& chunking, int zstd_level,
                                                           const std::string& doing, const std::stop_token& stop);
/// Gives the image the boot profile of the version before, as inherit_from_store() does, and says so. An image boots
/// without one too: what goes wrong is said, and publishing goes on.
/// True if it has one now: one that it had before, as another record's image, is kept.
bool inherit_with_note(StoreWriter& writer, const Digest& image);
/// Gives the image the profile that guess_profile() makes of `file`, and says so; to one that was guessed for another
/// record that starts it otherwise is added what this one reads besides, and what was learnt is kept. An image boots
/// without one too: what goes wrong is said, and publishing goes on. Reason: cancelled.
[[nodiscard]] Result<void> guess_with_note(StoreWriter& writer, const Digest& image, const std::string& file,
                                           const StartHints& hints, const std::stop_token& stop);
/// Gives the image of a record (its payload) the profile of a trial boot, and says so. What goes wrong is said, too,
/// and publishing goes on. Reason: cancelled.
/// Its files lie in the store in `files`.
[[nodiscard]] Result<void> learn_with_note(StoreWriter& writer, const std::filesystem::path& files,
                                           const std::string& payload, const TrialOptions& options,
                                           const std::stop_token& stop);
[[nodiscard]] nlohmann::json to_json(const PublishedImage& image);

} // namespace farboot::rootfs
