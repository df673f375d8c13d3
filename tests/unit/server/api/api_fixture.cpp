#include "tests/unit/server/api/api_fixture.hpp"

#include "server/api/auth.hpp"
#include "server/api/openapi.hpp"
#include "server/catalog/roles.hpp"
#include "server/catalog/sessions.hpp"
#include "server/catalog/users.hpp"
#include "tests/unit/server/api/openapi.hpp"
#include "tests/unit/server/finish.hpp"

namespace farboot::test
{

using nlohmann::json;
using namespace server;

namespace
{

class Body final : public http::BodyReader
{
public:
    explicit Body(std::string_view text) : text_(text) {}
    [[nodiscard]] std::uint64_t length() const override { return text_.size(); }
    boost::asio::awaitable<std::size_t> read(std::span<char> into) override
    {
        const auto count = std::min(into.size(), text_.size() - at_);
        std::copy_n(text_.data() + at_, count, into.data());
        at_ += count;
        co_return count;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

http::Method method_of(std::string_view name)
{
    for (const auto method : {http::Method::get, http::Method::head, http::Method::post, http::Method::put,
                              http::Method::patch, http::Method::remove, http::Method::options})
        if (http::name_of(method) == name)
            return method;
    return http::Method::other;
}

} // namespace

std::string ApiTest::Answer::summary() const
{
    const auto parsed = json();
    if (!parsed.is_object() || !parsed.contains("error"))
        return std::to_string(status);
    const auto& error = parsed["error"];
    const auto field = error.value("field", "");
    return fmt::format("{} {}{}{}", status, error.value("code", ""), field.empty() ? "" : " ", field);
}

void ApiTest::SetUp()
{
    CatalogTest::SetUp();
    if (HasFatalFailure() || IsSkipped())
        return;
    auto opened = catalog::Database::open(settings_);
    ASSERT_TRUE(opened) << opened.error().sentence;
    database_ = std::move(*opened);
    snapshots_ = std::make_unique<catalog::Snapshots>(*database_);
    auto key = OnlineKey::open(folder_.path);
    ASSERT_TRUE(key) << key.error().sentence;
    key_.emplace(std::move(*key));
    ASSERT_TRUE(audiences_.add("exam=192.0.2.0/24"));
    ASSERT_TRUE(audiences_.add("other=192.0.2.0/24"));
    hashing_ = std::make_unique<Workers>(1, 16);
    storing_ = std::make_unique<Workers>(1, 16);
    intakes_ = std::make_unique<api::Intakes>(folder_.path / "store", audiences_);
    context_.emplace(api::Context{
        .database = *database_,
        .snapshots = *snapshots_,
        .online_key = *key_,
        .hosts = hosts_,
        .hashing = *hashing_,
        .throttle = throttle_,
        .audiences = audiences_,
        .challenges = challenges_,
        .signed_sources = signed_sources_,
        .intakes = *intakes_,
        .storing = *storing_,
        .store = folder_.path / "store",
        .pages = folder_.path,
        .sources = {},
        .gui = {},
        .now = [this] { return now_; },
        .uploads = {.folder = uploads::Folder(folder_.path / "uploads"), .quota = 1'000'000, .total = 10'000'000},
        .metrics = &metrics_,
        .metrics_readers = {Subnet::parse("203.0.113.0/24").value()}});
    api::add_all_routes(router_, *context_);
}

void ApiTest::TearDown()
{
    hashing_.reset();
    storing_.reset();
    snapshots_.reset();
    database_.reset();
    CatalogTest::TearDown();
}

ApiTest::Answer ApiTest::call(const Caller& caller, const std::string& method, const std::string& target,
                              const std::string& body, const std::string& if_match, const Headers& headers)
{
    const auto parsed = http::parse_target(target);
    EXPECT_TRUE(parsed) << target;
    http::Request request;
    request.method = method_of(method);
    request.target = *parsed;
    request.client = client_;
    request.headers = headers;
    request.headers.emplace_back("content-type", "application/json");
    if (!caller.cookie.empty())
        request.headers.emplace_back("cookie", fmt::format("{}={}", api::cookie_name, caller.cookie));
    if (!caller.csrf.empty())
        request.headers.emplace_back("x-farboot-csrf", caller.csrf);
    if (!caller.token.empty())
        request.headers.emplace_back("authorization", "Bearer " + caller.token);
    if (method == "PUT" || method == "DELETE")
        request.headers.emplace_back("if-match", if_match);
    const auto found = router_.find(request.method, request.target);
    const auto* hit = std::get_if<http::Router::Found>(&found);
    if (!hit) {
        ADD_FAILURE() << "no route for " << method << " " << target;
        return {};
    }
    request.parameters = hit->parameters;
    http::Response response;
    if (const auto* handler = std::get_if<http::Handler>(&hit->route->handler)) {
        request.body = body;
        response = finish((*handler)(request));
    } else {
        Body reader(body);
        response = finish(std::get<http::UploadHandler>(hit->route->handler)(request, reader));
    }
    Answer answer{.status = response.status, .body = {}, .etag = {}, .cookie = {}};
    if (const auto* text = std::get_if<std::string>(&response.body))
        answer.body = *text;
    std::string type;
    for (const auto& [name, value] : response.headers) {
        answer.headers[name] = value;
        if (name == "Content-Type")
            type = value;
        else if (name == "ETag")
            answer.etag = value;
        else if (name == "Set-Cookie")
            answer.cookie = value.substr(value.find('=') + 1, value.find(';') - value.find('=') - 1);
    }
    if (target.starts_with("/api/v1/")) {
        static const OpenApi document(json::parse(api::openapi_document()));
        for (const auto& problem : document.problems({method, target, body, answer.status, type, answer.body}))
            ADD_FAILURE() << method << " " << target << " is not as server/api/openapi.yaml has it: " << problem << "\n"
                          << body << "\n"
                          << answer.status << " " << answer.body;
    }
    return answer;
}

ApiTest::Caller ApiTest::user(const json& given, const std::string& name)
{
    const auto grants = json::parse(given.dump()); // as a client sends it: ids are unsigned then
    const auto number = ++made_;
    people::User fresh;
    fresh.name = name.empty() ? fmt::format("user{}", number) : name;
    Caller caller{.cookie = fmt::format("cookie{}", number), .csrf = fmt::format("csrf{}", number)};
    const auto made = change([&](catalog::Connection& connection) -> Result<people::User> {
        for (const auto& grant : grants) {
            people::Role role;
            role.name.en = "Role";
            role.rights = people::parse_rights(grant["rights"], "rights").value();
            const auto saved = catalog::create_role(connection, role);
            fresh.roles.push_back({.role = saved->id, .place = people::Place::parse(grant, "").value()});
        }
        auto saved = catalog::create_user(connection, fresh);
        if (saved) {
            const catalog::Session session{.user = saved->id, .user_name = {}, .csrf = caller.csrf};
            EXPECT_TRUE(catalog::create_session(connection, caller.cookie, session, now_));
        }
        return saved;
    });
    EXPECT_TRUE(made) << (made ? "" : made.error().sentence);
    caller.user = made ? made->id : 0;
    return caller;
}

std::int64_t ApiTest::make(const Caller& caller, const std::string& path, const json& body)
{
    const auto answer = call(caller, "POST", "/api/v1/" + path, body.dump());
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.status == 201 ? answer.json()["id"].get<std::int64_t>() : 0;
}

} // namespace farboot::test
