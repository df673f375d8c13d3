#include "pbl/agent/disk_key.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"

namespace farboot::agent
{

namespace
{

/// How pc-key ends.
constexpr int no_key = 1;
constexpr int no_place = 2;

class DiskKey : public PcKey
{
public:
    explicit DiskKey(rootfs::SigningKey key) : key_(std::move(key)) {}

    [[nodiscard]] std::string public_text() const override { return "ed25519:" + base64(key_.public_key().raw); }
    [[nodiscard]] std::string_view kept() const override { return "disk"; }
    [[nodiscard]] Result<std::string> sign(std::string_view message) override { return key_.sign(as_bytes(message)); }

private:
    rootfs::SigningKey key_;
};

/// Removes what must not lie about.
struct Removed {
    const std::filesystem::path& file;
    ~Removed()
    {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
    }
};

Result<int> run(System& system, const std::filesystem::path& program, const char* what,
                const std::filesystem::path& file, std::string& output)
{
    auto finished = system.run({program.string(), what, file.string()});
    if (!finished)
        return std::unexpected(finished.error());
    output = std::move(finished->output);
    return finished->status;
}

} // namespace

Result<std::unique_ptr<PcKey>> open_disk_key(System& system, const std::filesystem::path& program,
                                             const std::filesystem::path& folder)
{
    const auto file = folder / "pc.key";
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    const Removed removed{file};
    std::string output;
    const auto loaded = run(system, program, "load", file, output);
    if (!loaded)
        return std::unexpected(loaded.error());
    if (*loaded == no_place)
        return nullptr;
    if (*loaded == 0) {
        auto key = rootfs::SigningKey::load(file);
        if (!key)
            return fail("key-malformed", "The key of this PC on its disk is damaged: delete farboot-pc.key there, and "
                                         "have the PC confirmed anew.");
        return std::make_unique<DiskKey>(std::move(*key));
    }
    if (*loaded != no_key)
        return fail("program-failed", "The place for this PC's key cannot be read: {}", output);
    auto key = rootfs::SigningKey::generate();
    if (auto saved = key.save(file); !saved)
        return std::unexpected(saved.error());
    const auto stored = run(system, program, "store", file, output);
    if (!stored)
        return std::unexpected(stored.error());
    if (*stored != 0)
        return fail("disk-full", "A key for this PC was made, and cannot be kept on its disk: {}", output);
    return std::make_unique<DiskKey>(std::move(key));
}

} // namespace farboot::agent
