#include "rootfs/s3/address.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_url_bytes = 1024;

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_bucket(std::string_view text)
{
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    return text.size() >= 3 && text.size() <= 63 && std::ranges::all_of(text, fits);
}

/// "." and ".." as parts would be taken out by clients, empty ones by some servers.
bool is_plain_path(std::string_view path)
{
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const auto part = path.substr(0, path.find('/'));
        const auto fits = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; };
        if (part.empty() || part == "." || part == ".." || !std::ranges::all_of(part, fits))
            return false;
        path.remove_prefix(part.size());
    }
    return true;
}

} // namespace

bool is_s3_region(std::string_view text)
{
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

Result<S3Address> S3Address::parse(std::string_view url)
{
    const auto refuse = [&](std::string_view why) {
        return fail("s3-address", "The S3 store's address \"{}\" cannot be used: {}.", url.substr(0, 200), why);
    };
    S3Address address;
    auto rest = url;
    for (const std::string_view scheme : {"https", "http"})
        if (url.starts_with(scheme) && url.substr(scheme.size()).starts_with("://")) {
            address.scheme = scheme;
            rest.remove_prefix(scheme.size() + 3);
            break;
        }
    if (address.scheme.empty() || url.size() > max_url_bytes)
        return refuse("it is not https://…");
    const auto slash = std::min(rest.find('/'), rest.size());
    auto host = rest.substr(0, slash);
    const std::string_view usual_port = address.scheme == "https" ? ":443" : ":80";
    if (host.ends_with(usual_port))
        host.remove_suffix(usual_port.size());
    const auto fits = [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
    };
    if (host.empty() || !std::ranges::all_of(host, fits))
        return refuse("its host is none");
    address.host = host;
    // HTTP clients send it in lower case, and it is signed.
    std::ranges::transform(address.host, address.host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    auto path = rest.substr(slash);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (!is_plain_path(path))
        return refuse("its path may have letters, digits and -._~ between single slashes only");
    address.path = path;
    return address;
}

Result<S3Address> S3Address::of_bucket(std::string_view bucket_url, std::string_view endpoint, std::string_view region,
                                       Style style)
{
    constexpr std::string_view scheme = "s3://";
    const auto rest = bucket_url.starts_with(scheme) ? bucket_url.substr(scheme.size()) : std::string_view();
    const auto bucket = rest.substr(0, rest.find('/'));
    if (!is_bucket(bucket))
        return fail("s3-address",
                    "\"{}\" names no bucket: write s3://bucket/prefix, the bucket in 3 to 63 lower-case letters, "
                    "digits, dots and dashes.",
                    bucket_url.substr(0, 200));
    if (!is_s3_region(region))
        return fail("s3-address", "\"{}\" is no S3 region, as us-east-1 is one.", region.substr(0, 100));
    auto place = parse(endpoint.empty() ? fmt::format("https://s3.{}.amazonaws.com", region) : std::string(endpoint));
    if (!place)
        return place;
    const auto by_host = style == Style::by_host || (style == Style::automatic && endpoint.empty());
    const auto prefix = rest.substr(bucket.size());
    const auto whole = by_host ? fmt::format("{}://{}.{}{}", place->scheme, bucket, place->host, place->path)
                               : fmt::format("{}/{}", place->url(), bucket);
    auto address = parse(whole + std::string(prefix));
    if (address)
        address->bucket_length = place->path.size() + (by_host ? 0 : 1 + bucket.size());
    return address;
}

} // namespace farboot::rootfs
