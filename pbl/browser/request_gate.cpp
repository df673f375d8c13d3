#include "pbl/browser/request_gate.hpp"

namespace farboot::browser
{

void RequestGate::interceptRequest(QWebEngineUrlRequestInfo& request)
{
    const auto url = request.requestUrl();
    if (origin_.holds(url))
        return;
    const auto type = request.resourceType();
    if (url.scheme() == QLatin1String("data") && (type == QWebEngineUrlRequestInfo::ResourceTypeImage ||
                                                  type == QWebEngineUrlRequestInfo::ResourceTypeFontResource))
        return;
    qWarning("farboot-browser: blocked a request to %s", qPrintable(url.toDisplayString().left(200)));
    request.block(true);
}

} // namespace farboot::browser
