#pragma once

#include "rootfs/cli/command.hpp"
#include "rootfs/cli/trial_boot.hpp"
#include "rootfs/guess/image_guess.hpp"
#include "rootfs/image/hot_pack.hpp"

#include <nlohmann/json_fwd.hpp>

/// What the files of `farboot profile` share.
namespace farboot::rootfs
{

/// What a profile is, for scripts.
[[nodiscard]] nlohmann::json json_of(const Digest& image, const HotPack& pack);
/// Makes the hot pack and gives it to the image; notes what had no room. Reasons: those of make_hot_pack() and
/// set_hot_pack().
[[nodiscard]] Result<HotPack> put_profile(StoreWriter& writer, const LocalImage& image, const Profile& profile,
                                          std::uint64_t limit_mib, bool guessed = false);
/// --limit
void add_limit_option(CLI::App& command, std::uint64_t& limit_mib);

/// What a trial boot or a guess gave.
struct Learnt {
    Trace trace;
    HotPack pack;
    std::size_t added = 0;               ///< chunks that the image's profile did not have before
    std::vector<std::string> left_out{}; ///< sentences, of what no guess could be made of
};
/// Gives the image of a boot or vm record (its payload), which lies in the writer's store, the profile of a trial boot.
/// Kernel and initramfs lie in the store in `files`. Reasons: those of trial_boot(), LocalImage and put_profile().
[[nodiscard]] Result<Learnt> learn_profile(StoreWriter& writer, const std::filesystem::path& files,
                                           const std::string& payload, const TrialOptions& options,
                                           std::uint64_t limit_mib, const std::stop_token& stop);

struct GuessPlan {
    std::string file; ///< that the image is
    StartHints hints;
    std::uint64_t limit_mib = default_hot_pack_bytes >> 20;
    bool add = false; ///< to the guess that it has, for another way of starting it
};
/// Gives an image of the writer's store a profile that is guessed from the file that it is. Reasons: those of
/// guess_image(), not-found (no such image), and those of put_profile().
[[nodiscard]] Result<Learnt> guess_profile(StoreWriter& writer, const Digest& image, const GuessPlan& plan,
                                           const std::stop_token& stop);

void add_guess_command(CLI::App& group, Action& chosen);
void add_learn_command(CLI::App& group, Action& chosen);
void add_fetch_command(CLI::App& group, Action& chosen);

} // namespace farboot::rootfs
