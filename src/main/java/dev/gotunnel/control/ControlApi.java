package dev.gotunnel.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.gotunnel.error.ErrorCode;
import dev.gotunnel.error.GotunnelException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What travels over the control socket: paths, and the JSON records of version 1. */
final class ControlApi {
    static final String PREFIX = "/api/v1/";
    static final String EVENT_STREAM = "text/event-stream";
    static final String PROBLEM = "application/problem+json";
    static final String CHANGED = "changed";
    static final String REMOVED = "removed";
    static final String LEAVING = "leaving";

    /** For answers: a newer owner may say more than this client knows of. */
    static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ControlApi() {}

    /** A tunnel that is no longer known. */
    record RemovedMessage(String id) {}

    /** RFC 9457, with our code and hint beside the standard members. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Problem(
            String title,
            int status,
            String detail,
            String code,
            @Nullable String hint) {
        static Problem of(GotunnelException failure) {
            int status = switch (failure.code().category()) {
                case USAGE -> failure.code() == ErrorCode.NO_SUCH_TUNNEL ? 404 : 400;
                case PERMISSION -> 403;
                case CONFLICT -> 409;
                case MACHINE, INTERNAL -> 500;
            };
            return new Problem(
                    failure.code().id().replace('-', ' '),
                    status,
                    failure.getMessage(),
                    failure.code().id(),
                    failure.hint());
        }

        GotunnelException toException() {
            return new GotunnelException(ErrorCode.ofId(code), detail, hint);
        }
    }
}
