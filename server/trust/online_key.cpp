#include "server/trust/online_key.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/envelope.hpp"
#include "server/base/files.hpp"

namespace farboot::server
{

Result<OnlineKey> OnlineKey::open(const std::filesystem::path& data)
{
    const auto file = data / "statement.key";
    auto key = rootfs::SigningKey::load(file);
    if (!key && key.error().reason == "not-found") {
        if (auto saved = rootfs::SigningKey::generate().save(file); !saved)
            return std::unexpected(saved.error());
        key = rootfs::SigningKey::load(file);
    }
    if (!key)
        return std::unexpected(key.error());
    if (auto written = write_file(data / "statement.pub", base64(key->public_key().raw) + "\n", 0644); !written)
        return std::unexpected(written.error());
    return OnlineKey(std::move(*key));
}

std::string OnlineKey::state(std::string nonce, std::chrono::sys_seconds now,
                             std::vector<rootfs::Statement::Lowest> lowest, std::vector<Digest> revoked) const
{
    const rootfs::Statement statement{
        .nonce = std::move(nonce), .time = now, .lowest = std::move(lowest), .revoked = std::move(revoked)};
    rootfs::Envelope envelope{
        .payload_type = rootfs::payload_type_of("statement"), .payload = statement.to_json(), .signatures = {}};
    envelope.sign(key_);
    return envelope.to_json();
}

} // namespace farboot::server
