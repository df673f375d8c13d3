// What an OpenID Connect provider sends: the document about itself, its keys, and tokens.
#include "server/oidc/id_token.hpp"
#include "server/oidc/provider_document.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace farboot::server;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    // Lines: a document, keys, a token; any of them may be missing.
    const auto first = input.substr(0, input.find('\n'));
    const auto rest = input.substr(std::min(first.size() + 1, input.size()));
    const auto second = rest.substr(0, rest.find('\n'));
    const auto token = rest.substr(std::min(second.size() + 1, rest.size()));
    static_cast<void>(ProviderDocument::parse(first, "https://login.example.org"));
    const auto keys = KeySet::parse(second);
    // Nobody has signed anything for these keys.
    if (keys && open_id_token(token, *keys,
                              {"https://login.example.org", "farboot", "nonce",
                               std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000))}))
        std::abort();
    return 0;
}
