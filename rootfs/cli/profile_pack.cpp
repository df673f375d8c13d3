#include "rootfs/cli/console.hpp"
#include "rootfs/cli/profile_command.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

nlohmann::json json_of(const Digest& image, const HotPack& pack)
{
    std::uint64_t plain = 0;
    for (const auto& row : pack.list.rows)
        plain += row.plain_length;
    return {{"manifest", image.hex()},
            {"hot_pack", pack.list.rows.empty() ? nlohmann::json() : nlohmann::json(pack.list.pack.digest.hex())},
            {"chunks", pack.list.rows.size()},
            {"stored_bytes", pack.list.pack.bytes},
            {"plain_bytes", plain},
            {"guessed", pack.list.guessed},
            {"left_out", pack.left_out}};
}

Result<HotPack> put_profile(StoreWriter& writer, const LocalImage& image, const Profile& profile,
                            std::uint64_t limit_mib, bool guessed)
{
    auto pack = make_hot_pack(image, profile, limit_mib << 20);
    if (!pack)
        return pack;
    pack->list.guessed = guessed;
    if (auto done = set_hot_pack(writer, image, *pack); !done)
        return std::unexpected(std::move(done.error()));
    if (pack->left_out > 0)
        note(fmt::format("{} chunks that are wanted last have no room in {} MiB; see --limit.", pack->left_out,
                         limit_mib));
    return pack;
}

void add_limit_option(CLI::App& command, std::uint64_t& limit_mib)
{
    command.add_option("--limit", limit_mib, "A hot pack's largest size in MiB")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
}

} // namespace farboot::rootfs
