#include "server/restricted/signed_sources.hpp"

#include "rootfs/base/digest.hpp"
#include "rootfs/image/locator.hpp"

namespace farboot::server
{

Result<void> SignedSources::add(std::string_view url)
{
    if (!rootfs::is_s3_region(signer_.region()))
        return fail("s3-address", "\"{}\" is no S3 region, as us-east-1 is one.", signer_.region());
    auto address = rootfs::S3Address::parse(url);
    if (!address)
        return std::unexpected(address.error());
    auto name = address->url();
    if (sources_.emplace(name, std::move(*address)).second)
        urls_.push_back(std::move(name));
    return {};
}

bool SignedSources::is_path(std::string_view path)
{
    const auto slash = path.rfind('/');
    const auto digest = slash == path.npos ? std::nullopt : Digest::from_hex(path.substr(slash + 1));
    return digest && (path == rootfs::manifest_path(*digest) || path == rootfs::locator_path(*digest) ||
                      path == rootfs::pack_path(*digest) || path == rootfs::hot_pack_path(*digest));
}

std::string SignedSources::query(std::string_view url, std::string_view audience, std::string_view path,
                                 std::chrono::seconds life, std::chrono::sys_seconds now) const
{
    const auto& address = sources_.find(url)->second;
    const rootfs::S3Request get{
        "GET", address.host, fmt::format("{}/{}/{}", address.path, rootfs::restricted_path(audience), path), {}, {}};
    return signer_.query(get, life, now);
}

} // namespace farboot::server
